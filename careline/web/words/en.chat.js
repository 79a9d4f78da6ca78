// English, shared by widget and inbox.

export default {
  loading: 'Loading…',
  failed: 'This could not be loaded.',
  again: 'Try again',
  somebody: 'Somebody',
  messages: 'Messages',
  send: 'Send',
  close: 'Close',
  back: 'Back',
  save: 'Save',
  cancel: 'Cancel',
  name: 'Name',
  email: 'E-mail',
  phone: 'Phone',
  'connection.lost': 'Reconnecting… your messages are kept.',
};
