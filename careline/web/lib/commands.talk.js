// The requests that are made once there is a conversation: about its messages, their files, all that was said in it.

import { commands } from './commands.js';

Object.assign(commands, {
  'attachment.get': ['GET', '/attachments/{attachment_id}', true],
  'attachment.link': ['GET', '/attachments/{attachment_id}/link', true],
  'attachment.links': ['POST', '/conversations/{conversation_id}/links', true],
  'attachment.delete': ['DELETE', '/attachments/{attachment_id}', true],
  'conversation.transcript': ['GET', '/conversations/{conversation_id}/transcript', true],
  'message.edit': ['PATCH', '/messages/{message_id}', true],
  'message.delete': ['DELETE', '/messages/{message_id}', true],
});
