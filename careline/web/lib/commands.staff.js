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
  'contact.get': ['GET', '/contacts/{contact_id}', true],
  'contact.add': ['POST', '/contacts'],
  'contact.update': ['PATCH', '/contacts/{contact_id}', true],
  'contact.search': ['GET', '/search/contacts', true],
  'token.issue': ['POST', '/contacts/{contact_id}/tokens'],
  'token.list': ['GET', '/contacts/{contact_id}/tokens', true],
  'token.revoke': ['DELETE', '/tokens/{token_id}', true],
  'conversation.assign': ['POST', '/conversations/{conversation_id}/assign', true],
  'conversation.triage': ['PATCH', '/conversations/{conversation_id}/triage', true],
  'conversation.label': ['PUT', '/conversations/{conversation_id}/labels', true],
  'conversation.unread': ['POST', '/conversations/{conversation_id}/unread', true],
  'conversation.history': ['GET', '/conversations/{conversation_id}/history', true],
  'conversation.merge': ['POST', '/conversations/{conversation_id}/merge'],
  'conversation.delete': ['DELETE', '/conversations/{conversation_id}'],
  'label.list': ['GET', '/labels', true],
  'label.add': ['POST', '/labels'],
  'label.update': ['PATCH', '/labels/{label_id}', true],
  'label.delete': ['DELETE', '/labels/{label_id}'],
});
