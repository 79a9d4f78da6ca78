// The shapes that the shared parts keep to; types only.

/**
 * @typedef {object} ComposerProps
 * @property {string} id of the conversation and the manner of writing: each has a draft of its own
 * @property {{get:(id:string)=>string, set:(id:string,text:string)=>void}} drafts
 * @property {(text:string, files:import('../lib/shapes.js').Attached[]) => void} send
 * @property {() => void} [typed]
 * @property {() => void} [stopped]
 * @property {string} placeholder
 * @property {boolean} [disabled]
 * @property {any} [above] quote or tabs
 * @property {import('./attach.js').Attach|null} [attach] where files may be sent
 * @property {{current:{focus:()=>void}|null}} [handle]
 */

export {};
