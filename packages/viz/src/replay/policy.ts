import { sha256 } from "@noble/hashes/sha2.js";

/** The source expression that lets one inline text through a content security policy. */
const hashSource = (text: string): string =>
  `'sha256-${btoa(String.fromCharCode(...sha256(new TextEncoder().encode(text))))}'`;

/** A policy under which a page runs this script and this style sheet, and cannot load or send anything. */
export const policy = (script: string, style: string): string =>
  [
    "default-src 'none'",
    `script-src ${hashSource(script)}`,
    `style-src ${hashSource(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
