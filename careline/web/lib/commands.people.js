// The requests about people and what is often said to them, for staff.

import { commands } from './commands.js';

Object.assign(commands, {
  'canned.list': ['GET', '/canned', true],
  'canned.add': ['POST', '/canned'],
  'canned.update': ['PATCH', '/canned/{canned_id}', true],
  'canned.delete': ['DELETE', '/canned/{canned_id}', true],
  'canned.fill': ['GET', '/conversations/{conversation_id}/canned/{canned_id}', true],
  'contact.conversations': ['GET', '/contacts/{contact_id}/conversations', true],
  'contact.block': ['POST', '/contacts/{contact_id}/block', true],
  'contact.unblock': ['POST', '/contacts/{contact_id}/unblock', true],
});
