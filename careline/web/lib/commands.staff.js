// The requests that only staff make.

import { commands } from './commands.js';

Object.assign(commands, {
  'session.create': ['POST', '/session'],
  'session.refresh': ['POST', '/session/refresh'],
  'session.delete': ['DELETE', '/session', true],
  'setup.complete': ['POST', '/setup'],
  'workspace.get': ['GET', '/workspace', true],
  'workspace.update': ['PATCH', '/workspace', true],
  'staff.list': ['GET', '/staff', true],
  'staff.add': ['POST', '/staff'],
  'staff.deactivate': ['POST', '/staff/{staff_id}/deactivate', true],
  'canned.list': ['GET', '/canned', true],
  'canned.add': ['POST', '/canned'],
  'canned.update': ['PATCH', '/canned/{canned_id}', true],
  'canned.delete': ['DELETE', '/canned/{canned_id}', true],
  'canned.fill': ['GET', '/conversations/{conversation_id}/canned/{canned_id}', true],
  'contact.list': ['GET', '/contacts', true],
  'contact.conversations': ['GET', '/contacts/{contact_id}/conversations', true],
  'contact.block': ['POST', '/contacts/{contact_id}/block', true],
  'contact.unblock': ['POST', '/contacts/{contact_id}/unblock', true],
  'contact.merge': ['POST', '/contacts/{contact_id}/merge'],
  'contact.get': ['GET', '/contacts/{contact_id}', true],
  'contact.add': ['POST', '/contacts'],
  'contact.update': ['PATCH', '/contacts/{contact_id}', true],
  'token.issue': ['POST', '/contacts/{contact_id}/tokens'],
  'token.list': ['GET', '/contacts/{contact_id}/tokens', true],
  'token.revoke': ['DELETE', '/tokens/{token_id}', true],
  'conversation.assign': ['POST', '/conversations/{conversation_id}/assign', true],
  'message.edit': ['PATCH', '/messages/{message_id}', true],
  'message.delete': ['DELETE', '/messages/{message_id}', true],
});
