// German, for coming in by a code that is sent to a phone.

export default {
  'code.title': 'Per Telefon anmelden',
  'code.why': 'Wenn wir Ihre Nummer kennen, schicken wir einen Code dorthin. Damit sehen Sie, was Sie früher geschrieben haben.',
  'code.leaves': 'Was Sie hier geschrieben haben, bleibt davon getrennt bei uns.',
  'code.send': 'Code schicken',
  'code.sent': 'Wenn wir {phone} kennen, ist ein Code dorthin unterwegs. Er gilt fünf Minuten.',
  'code.code': 'Code',
  'code.enter': 'Anmelden',
  'code.again': 'Noch einen schicken',
  'code.wait': 'Erneut in {when}',
  'code.seconds': { one: '{n} Sekunde', other: '{n} Sekunden' },
  'code.minutes': { one: '{n} Minute', other: '{n} Minuten' },
  'code.other': 'Andere Nummer',
  'code.wrong': 'Dieser Code ist falsch, benutzt oder zu alt. Nach fünf Versuchen braucht es einen neuen.',
  'code.often': 'Zu viele Versuche. Bitte in {when} noch einmal.',
  'code.number': 'Schreiben Sie eine Nummer wie +49 30 123456.',
  'code.off': 'Hier kann sich gerade niemand per Telefon anmelden.',
  'code.failed': 'Das hat nicht geklappt. Bitte noch einmal versuchen.',
};
