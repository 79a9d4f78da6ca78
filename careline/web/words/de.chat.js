// German, shared by widget and inbox.

export default {
  loading: 'Wird geladen…',
  failed: 'Das konnte nicht geladen werden.',
  again: 'Noch einmal versuchen',
  somebody: 'Jemand',
  messages: 'Nachrichten',
  send: 'Senden',
  close: 'Schließen',
  back: 'Zurück',
  save: 'Speichern',
  cancel: 'Abbrechen',
  name: 'Name',
  email: 'E-Mail',
  phone: 'Telefon',
  'connection.lost': 'Verbindung wird wiederhergestellt… Ihre Nachrichten bleiben erhalten.',
};
