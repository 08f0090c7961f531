// The canonical form of a postal code under the profile `concordat-1`: lowercase, without white space and dashes, and
// of the shape that its country gives it; of a ZIP code, in the United States and their territories, the first five
// digits.

import { err, ok, type Result } from "../result.ts";
import { canonicalCountry } from "./country.ts";

/** Why a text is no postal code that can be matched. */
export type PostcodeRefusal = "country-unknown" | "postcode-malformed";

const BETWEEN = /[\p{White_Space}\p{Dash_Punctuation}\u2212]/gu;
const INVISIBLE = /\p{Format}/gu;

const ZIP_COUNTRIES = new Set(["us", "pr", "gu", "vi", "as", "mp"]);

/**
 * Shapes by country, of the cleaned code (Universal Postal Union, addressing sheets by country). Where none is known,
 * `ANY_SHAPE` holds.
 */
const SHAPES = new Map<string, RegExp>([
  ...countries("fo is ls mg om pg", /^\d{3}$/),
  ...countries("am at au be bg ch cy dk ge gl hu li lu lv md mk nz no ph si sj tn za", /^\d{4}$/),
  ...countries("ax ba cu de dz ee eg es fi fr gr gt hr id it kw lt ma mc me mx my", /^\d{5}$/),
  ...countries("np pk pl se sk sm th tr ua uy va bl gf gp mf mq re yt nc pf pm wf cz kr", /^\d{5}$/),
  ...countries("by cn co in kg ro ru sg tj tm uz", /^\d{6}$/),
  ...countries("cl jp", /^\d{7}$/),
  ...countries([...ZIP_COUNTRIES].join(" "), /^\d{5}(?:\d{4})?$/),
  ["ad", /^ad\d{3}$/],
  ["ar", /^(?:\d{4}|[a-z]\d{4}[a-z]{3})$/],
  ["br", /^\d{8}$/],
  ["ca", /^[abceghj-nprstvxy]\d[abceghj-nprstv-z]\d[abceghj-nprstv-z]\d$/],
  ["gb", /^(?:gir0aa|[a-pr-uwyz](?:\d{1,2}|[a-hk-y]\d{1,2}|\d[a-z]|[a-hk-y]\d[a-z])\d[abd-hjlnp-uw-z]{2})$/],
  ["gg", /^gy\d{1,2}\d[abd-hjlnp-uw-z]{2}$/],
  ["ie", /^(?:d6w|[ac-fhknprtv-y]\d\d)[0-9ac-fhknprtv-y]{4}$/],
  ["il", /^\d{5}(?:\d{2})?$/],
  ["im", /^im\d{1,2}\d[abd-hjlnp-uw-z]{2}$/],
  ["je", /^je\d{1,2}\d[abd-hjlnp-uw-z]{2}$/],
  ["mt", /^[a-z]{3}\d{4}$/],
  ["nl", /^[1-9]\d{3}[a-z]{2}$/],
  ["rs", /^\d{5,6}$/],
  ["pt", /^\d{4}(?:\d{3})?$/],
  ["sa", /^\d{5}(?:\d{4})?$/],
  ["tw", /^\d{3}(?:\d{2,3})?$/],
  ["vn", /^\d{5,6}$/],
]);
const ANY_SHAPE = /^(?=.*\d)[a-z0-9]{2,10}$/;

/**
 * The one spelling of a postal code in its country. The country's own code in front, as in `LV-1010` or
 * `CH-8001`, is left out where the rest has the country's shape. Idempotent.
 * @param country  ISO 3166-1 alpha-2, of either case
 */
export function canonicalPostcode(text: string, country: string): Result<string, PostcodeRefusal> {
  const code = canonicalCountry(country);
  if (!code.ok) return code;
  const shape = SHAPES.get(code.value) ?? ANY_SHAPE;
  const cleaned = text.replace(INVISIBLE, "").replace(BETWEEN, "").toLowerCase();
  const own = cleaned.startsWith(code.value) && !shape.test(cleaned) ? cleaned.slice(2) : cleaned;
  if (!shape.test(own)) return err("postcode-malformed");
  return ok(ZIP_COUNTRIES.has(code.value) ? own.slice(0, 5) : own);
}

function countries(codes: string, shape: RegExp): [string, RegExp][] {
  return codes.split(" ").map((code) => [code, shape]);
}
