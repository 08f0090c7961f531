// Sealed frames: a long secret in pieces, each under AES-256-GCM (NIST SP 800-38D), so that memory stays bounded and
// nothing is believed before its tag is checked. The key of a file comes from the data key by HKDF-SHA-256 (RFC 5869)
// with a random salt, so that a counter serves as nonce. The nonce also says whether a frame is the last: frames can
// be neither swapped, dropped nor cut off (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** Bytes of plaintext in a full frame. */
export const FRAME_BYTES = 1_048_576;

/** Bytes at the start of a sealed file, before the first frame: its salt. */
export const PREFIX_BYTES = 32;

/** Bytes before each frame. */
export const HEAD_BYTES = 8;

/** Bytes of an authentication tag, behind each frame. */
const TAG_BYTES = 16;

export type FrameSealer = {
  readonly prefix: Uint8Array;
  /** Seals the next frame; the pieces belong in the file one after the other. Frame numbers count from 0. */
  seal(plain: Uint8Array, isLast: boolean): readonly Uint8Array[];
};

/** Seals one file. @param label what the file is and where it belongs; only the same label opens it */
export function frameSealer(dataKey: Uint8Array, label: string): FrameSealer {
  const salt = randomBytes(PREFIX_BYTES);
  const key = fileKey(dataKey, salt, label);
  let number = 0;
  return {
    prefix: salt,
    seal: (plain, isLast) => {
      const cipher = createCipheriv("aes-256-gcm", key, nonceOf(number, isLast));
      cipher.setAAD(associated(label, number));
      const sealed = cipher.update(plain);
      cipher.final();
      return [headOf(sealed.length + TAG_BYTES, number++), sealed, cipher.getAuthTag()];
    },
  };
}

export type FrameOpener = {
  /**
   * Opens the frame that stands at a number, tag included, head left out.
   * @throws when it is not the frame that was sealed there
   */
  open(number: number, sealed: Uint8Array, isLast: boolean): Uint8Array;
};

export function frameOpener(dataKey: Uint8Array, label: string, prefix: Uint8Array): FrameOpener {
  const key = fileKey(dataKey, prefix, label);
  return {
    open: (number, sealed, isLast) => {
      if (sealed.length < TAG_BYTES) throw new Error("a sealed frame is cut short");
      const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(number, isLast));
      decipher.setAAD(associated(label, number));
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
      const plain = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
      decipher.final();
      return plain;
    },
  };
}

/** The head of a frame: how many sealed bytes follow, tag included, and the frame's number. */
export function readHead(bytes: Uint8Array): { readonly sealedBytes: number; readonly number: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEAD_BYTES);
  return { sealedBytes: view.getUint32(0, true), number: view.getUint32(4, true) };
}

function headOf(sealedBytes: number, number: number): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES);
  const view = new DataView(head.buffer);
  view.setUint32(0, sealedBytes, true);
  view.setUint32(4, number, true);
  return head;
}

function fileKey(dataKey: Uint8Array, salt: Uint8Array, label: string): Uint8Array {
  if (dataKey.length !== 32) throw new Error("a data key has 32 bytes");
  return new Uint8Array(hkdfSync("sha256", dataKey, salt, `concordat sealed file 1 ${label}`, 32));
}

function nonceOf(number: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  nonce[0] = isLast ? 1 : 0;
  new DataView(nonce.buffer).setUint32(8, number);
  return nonce;
}

function associated(label: string, number: number): Uint8Array {
  return Buffer.from(`${label} frame ${number}`, "utf8");
}
