// English, for contacts.

export default {
  title: 'Chat',
  there: 'We are here now',
  away: 'We answer as soon as we can',
  greeting: 'Hello! How can we help?',
  write: 'Write a message…',
  code: 'Been here before? Sign in by phone',
  closed: 'This conversation is closed. Write to open it again.',
  'list.all': 'All conversations',
  'list.new': 'New conversation',
  'list.chat': 'Conversation',
  'details.why': 'Thank you! In case you have to go: how can we reach you?',
  'details.save': 'Save',
  'details.skip': 'Rather not',
  'details.failed': 'This could not be saved. Please try again.',
  'ended.link': 'This link does not work any more.',
  'ended.link.help': 'Please ask for a new one.',
  'ended.chat': 'This chat has ended.',
  'ended.anew': 'Begin a new one',
  'ended.nothing': 'There is no chat here.',
};
