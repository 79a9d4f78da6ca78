// The requests that are made once there is a conversation: about its messages, their files, all that was said in it.

import { commands } from './commands.js';

Object.assign(commands, {
  'attachment.begin': ['POST', '/attachments/begin'],
  'attachment.complete': ['POST', '/attachments/{attachment_id}/complete', true],
  'attachment.get': ['GET', '/attachments/{attachment_id}', true],
  'attachment.link': ['GET', '/attachments/{attachment_id}/link', true],
  'attachment.links': ['POST', '/conversations/{conversation_id}/links', true],
  'attachment.delete': ['DELETE', '/attachments/{attachment_id}', true],
  'conversation.transcript': ['GET', '/conversations/{conversation_id}/transcript', true],
  'message.edit': ['PATCH', '/messages/{message_id}', true],
  'message.delete': ['DELETE', '/messages/{message_id}', true],
  'message.pins': ['GET', '/conversations/{conversation_id}/pins', true],
  'message.replies': ['GET', '/messages/{message_id}/replies', true],
  'message.pin': ['POST', '/messages/{message_id}/pin', true],
  'message.unpin': ['DELETE', '/messages/{message_id}/pin', true],
  'message.flag': ['POST', '/messages/{message_id}/flag', true],
  'message.forward': ['POST', '/messages/{message_id}/forward'],
  'reaction.add': ['POST', '/messages/{message_id}/reactions', true],
  'reaction.remove': ['DELETE', '/messages/{message_id}/reactions/{emoji}', true],
});
