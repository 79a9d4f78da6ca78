// Which HTTP request stands for which command of the native API.

/** name → [method, path under /v1, may it be repeated when nobody knows whether it was done] @type {Record<string,[string,string,boolean?]>} */
export const commands = {
  'visitor.start': ['POST', '/visitors'],
  'workspace.welcome': ['GET', '/welcome', true],
  'me.get': ['GET', '/me', true],
  'me.update': ['PATCH', '/me', true],
  'conversation.start': ['POST', '/conversations'],
  'conversation.list': ['GET', '/conversations', true],
  'conversation.get': ['GET', '/conversations/{conversation_id}', true],
  'conversation.update': ['PATCH', '/conversations/{conversation_id}', true],
  'conversation.presence': ['GET', '/conversations/{conversation_id}/presence', true],
  'message.send': ['POST', '/conversations/{conversation_id}/messages'],
  'message.list': ['GET', '/conversations/{conversation_id}/messages', true],
  'message.search': ['GET', '/search/messages', true],
  'receipt.read': ['POST', '/conversations/{conversation_id}/read', true],
  'receipt.deliver': ['POST', '/conversations/{conversation_id}/delivered', true],
  'typing.set': ['POST', '/conversations/{conversation_id}/typing'],
  'event.list': ['GET', '/events', true],
};
