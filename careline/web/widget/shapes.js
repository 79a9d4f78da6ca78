// The shapes that the widget keeps to; types only.

/** @typedef {import('../lib/client.js').Client} Client */
/** @typedef {"loading"|"thread"|"list"|"code"|"ended"|"failed"} Screen */
/** @typedef {{token?:string|null, asked?:boolean, signed?:boolean, visit?:string}} Memory */
/** @typedef {{name:string, accent:string, greeting:string, threading?:string, staff_online?:boolean, phone_codes?:boolean, edit_window_ms?:number}} Face */
/** @typedef {{workspace:string, token:string|null, memory:import('../lib/shapes.js').Store, storage:import('../lib/shapes.js').Store, key:string}} World */

export {};
