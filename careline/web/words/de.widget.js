// German, for contacts.

export default {
  title: 'Chat',
  there: 'Wir sind gerade da',
  away: 'Wir antworten, sobald wir können',
  greeting: 'Guten Tag! Wie können wir helfen?',
  write: 'Nachricht schreiben…',
  code: 'Schon einmal hier gewesen? Per Telefon anmelden',
  closed: 'Diese Unterhaltung ist geschlossen. Schreiben Sie, um sie wieder zu öffnen.',
  'list.all': 'Alle Unterhaltungen',
  'list.new': 'Neue Unterhaltung',
  'list.chat': 'Unterhaltung',
  'details.why': 'Vielen Dank. Falls Sie gehen müssen: Wo dürfen wir Ihnen antworten?',
  'details.save': 'Speichern',
  'details.skip': 'Lieber nicht',
  'details.failed': 'Das konnte nicht gespeichert werden. Bitte noch einmal versuchen.',
  'ended.link': 'Dieser Link ist nicht mehr gültig.',
  'ended.link.help': 'Bitte lassen Sie sich einen neuen geben.',
  'ended.chat': 'Dieser Chat ist beendet.',
  'ended.anew': 'Einen neuen beginnen',
  'ended.nothing': 'Hier gibt es keinen Chat.',
};
