// English, for coming in by a code that is sent to a phone.

export default {
  'code.title': 'Sign in by phone',
  'code.why': 'If we know your number, we send a code to it. With that you see what you wrote before.',
  'code.leaves': 'What you wrote here stays with us, apart from that.',
  'code.send': 'Send me a code',
  'code.sent': 'If we know {phone}, a code is on its way there. It is good for five minutes.',
  'code.code': 'Code',
  'code.enter': 'Sign in',
  'code.again': 'Send another one',
  'code.wait': 'Again in {when}',
  'code.seconds': { one: '{n} second', other: '{n} seconds' },
  'code.minutes': { one: '{n} minute', other: '{n} minutes' },
  'code.other': 'Another number',
  'code.wrong': 'This code is wrong, used or too old. After five tries it takes a new one.',
  'code.often': 'Too many attempts. Please try again in {when}.',
  'code.number': 'Write a phone number such as +44 20 7946 0000.',
  'code.off': 'Nobody can sign in by phone here at the moment.',
  'code.failed': 'That did not work. Please try again.',
};
