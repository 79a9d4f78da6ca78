// A large file goes straight to where files are kept, where the server knows such a way; looked at there, it is a file like any other.

/** @typedef {{attachment_id:string,method:string,url:string,headers:Record<string,string>,closes_at:number}} Way */
/**
 * @typedef {object} World
 * @property {(name:string, data:any, options?:any) => Promise<any>} call
 * @property {(file:any) => Promise<string|null>} digest its SHA-256 in hexadecimal digits, or null where this page cannot tell
 */

const LOOKING_MS = 120_000;

export class Straight {
  /** The server knows no way, or it leads nowhere from here: not asked again by this page. */
  #closed = false;

  /** @param {World} world */
  constructor(world) {
    this.world = world;
  }

  /** @param {{name:string,type:string,size:number}} file @param {(way:Way) => Promise<boolean>} put was it taken there? @returns {Promise<any>} the attachment; null: it is to be sent like a small one */
  async send(file, put) {
    const { call, digest } = this.world;
    const sha256 = this.#closed ? null : await digest(file);
    const upload = sha256 && (await call('attachment.begin', { name: file.name, type: file.type, size: file.size, sha256 })).upload;
    if (upload && (await put(upload))) return call('attachment.complete', { attachment_id: upload.attachment_id }, { timeout: LOOKING_MS });
    this.#closed = true;
    if (upload) call('attachment.delete', { attachment_id: upload.attachment_id }).catch(() => {});
    return null;
  }
}
