// The shapes of the native API that the browser side relies on, and of what it makes of them; types only.

/** @typedef {"staff"|"contact"|"system"} Kind */
/** @typedef {{title?:string,status:number,code:string,detail?:string,field?:string|null,retry_after_ms?:number|null}} ProblemBody */
/** @typedef {{id:string,name:string,type:string,size:number,width:number|null,height:number|null,thumbnail:boolean,state:"ready"|"pending"|"unscanned"|"infected"|"expired",url:string|null}} Attached */
/** @typedef {{id:string,kind:string,sender_kind:Kind,sender_name:string,body:string,deleted:boolean}} Reply */
/** @typedef {{kind:Kind,id:string|null,name:string,at:number}} Reactor */
/** @typedef {{emoji:string,count:number,by:Reactor[]}} Reaction */
/**
 * @typedef {object} Message
 * @property {string} id
 * @property {string} conversation_id
 * @property {"text"|"system"|"note"} kind
 * @property {Kind} sender_kind
 * @property {string|null} sender_id
 * @property {string|null} sender_name
 * @property {string} body
 * @property {string|null} reply_to
 * @property {Attached[]} [attachments]
 * @property {number} created_at
 * @property {number|null} edited_at
 * @property {number|null} deleted_at
 * @property {number|null} delivered_at
 * @property {number|null} read_at
 * @property {string|null} client_id
 * @property {Reply|null} [reply] the message this one replies to
 * @property {Reaction[]} [reactions]
 * @property {number|null} [pinned_at]
 * @property {boolean} [forwarded]
 * @property {string[]} [mentions] ids of staff; empty for contacts
 * @property {boolean} [unplaced] stored, but the stream has not come to it yet
 */
/** @typedef {{kind:Kind,id:string|null,name:string|null,online?:boolean|null,last_seen_at?:number|null}} Person */
/** @typedef {{id:string,name:string|null,email:string|null,phone:string|null,attributes?:Record<string,unknown>,anonymous:boolean,created_at:number,last_seen_at:number|null,blocked_at?:number|null}} Contact */
/** @typedef {{id:string,shortcut:string,title:string,body:string,created_by:string|null,created_at:number,updated_at:number}} Canned */
/** @typedef {{weekly:{day:number,opens:string,closes:string}[],days_off:string[]}} Hours */
/** @typedef {{id:string,name:string,email:string|null,role:"admin"|"agent",scope:"all"|"participating",created_at:number,deactivated_at:number|null}} Staff */
/** @typedef {{id:string,name:string,threading?:string,accent:string|null,greeting:string|null,edit_window_ms?:number|null,origins?:string[]}} Workspace */
/** @typedef {{id:string,kind:string,sender_kind:Kind,sender_name:string|null,body:string,attachment_count?:number,created_at:number,deleted_at?:number|null}} LastMessage */
/** @typedef {"open"|"pending"|"closed"|"archived"} Status */
/**
 * @typedef {object} Conversation
 * @property {string} id
 * @property {string|null} subject
 * @property {Status} status
 * @property {string|null} [assignee_id]
 * @property {{kind:Kind,id:string|null,name:string|null}[]} participants
 * @property {number} unread_count
 * @property {number} message_count
 * @property {LastMessage|null} [last_message]
 * @property {number} created_at
 * @property {number} updated_at
 * @property {"low"|"normal"|"high"|"urgent"} [priority] for staff only, as what follows
 * @property {string[]} [labels]
 * @property {number|null} [pinned_at]
 * @property {number|null} [snoozed_until]
 */
/** @typedef {{id:string,name:string,colour:string}} Label */
/** @typedef {{type:string,cursor?:string|null,conversation_id?:string|null,data?:any,[key:string]:any}} Frame */
/** @typedef {{kind:Kind,id:string|null,name:string|null}} Me */
/** @typedef {Pick<Storage,"getItem"|"setItem"|"removeItem"|"key"|"length">} Store */
/** @typedef {{set:(fn:()=>void,ms:number)=>any,clear:(id:any)=>void,now:()=>number,random:()=>number}} Clock */
/** @typedef {Message & {state:"sending"|"failed", problem?:string|null}} Pending */
/**
 * `messages` is what the server has, in its order; `pending` is what it has not said yet, in ours.
 * `loaded`: a newest page has been here. `since`: from this index on, messages arrived live after all held before became
 * doubtful (0 as long as nothing was fetched, null when nothing is in doubt).
 * @typedef {{messages:Message[], pending:Pending[], before:string|null, loaded:boolean, since:number|null}} Thread
 */
/**
 * @typedef {object} State
 * @property {Me|null} me
 * @property {Record<string,Conversation>} conversations
 * @property {Record<string,Thread>} threads
 * @property {Record<string,Person>} people by "kind:id"
 * @property {Record<string,Contact>} contacts
 * @property {Record<string,Staff>} staff
 * @property {Record<string,Label>} labels
 * @property {Record<string,Canned>} canned what staff say often, by id
 * @property {Workspace|null} workspace
 * @property {Record<string,Record<string,{kind:string,name:string,at:number}>>} typing
 * @property {Record<string,true>} stale conversations held from before a reset
 * @property {number} flagged counted up when something was flagged or decided
 * @property {string[]} wanted conversations heard of and not yet seen: somebody should fetch them
 */

export {};
