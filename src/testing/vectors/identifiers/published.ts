// Published examples of cleaned and hashed identifiers that hold under the profile `concordat-1` too: those whose own
// profile spells the identifier the same way. Digests are SHA-256, lowercase hex; "ours" where the page prints none.
// Left out: Gmail folding (UID2, Google), phones hashed without `+` (Meta, TikTok, Snap), cities, dates and gender.

type PublishedIdentifier = {
  readonly source: string;
  readonly input: string;
  readonly country?: string;
  readonly canonical: string;
  readonly sha256?: string;
};

const UID2 = "UID2, normalization and encoding";
const GOOGLE = "Google, formatting customer lists and Data Manager samples";
const META = "Meta, customer information parameters";

export const PUBLISHED_EMAILS: readonly PublishedIdentifier[] = [
  {
    source: UID2,
    input: "USER@example.com",
    canonical: "user@example.com",
    sha256: "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514",
  },
  {
    source: UID2,
    input: "MYEMAIL@example.com",
    canonical: "myemail@example.com",
    sha256: "16c18d336f0b250f0e2d907452ceb9658a74ecdae8bc94864c23122a72cc27a5",
  },
  {
    source: UID2,
    input: "My.Email@example.com",
    canonical: "my.email@example.com",
    sha256: "e22b53bc6f871274f3a62ab37a3caed7214fc14d676215a96a242fcfada1c81f",
  },
  {
    source: UID2,
    input: "JaneSaoirse+Work@example.com",
    canonical: "janesaoirse+work@example.com",
    sha256: "28aaee4815230cd3b4ebd88c515226550666e91ac019929e3adac3f66c288180",
  },
  {
    source: GOOGLE,
    input: "  ALEXZ@example.com   ",
    canonical: "alexz@example.com",
    sha256: "509e933019bb285a134a9334b8bb679dff79d0ce023d529af4bd744d47b4fd8a",
  },
  {
    source: `${GOOGLE} (digest ours)`,
    input: "user.name+NYC@Example.com",
    canonical: "user.name+nyc@example.com",
    sha256: "f109a2a632fbcea5fc82049f50beed3d8621bf9034399f437fb622222acccdac",
  },
  {
    source: META,
    input: "John_Smith@gmail.com",
    canonical: "john_smith@gmail.com",
    sha256: "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f",
  },
  {
    source: "TikTok, advanced matching",
    input: "janedoe@gmail.com",
    canonical: "janedoe@gmail.com",
    sha256: "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69",
  },
  {
    source: "Snap, Conversions API parameters",
    input: "Person@Example.com",
    canonical: "person@example.com",
    sha256: "542d240129883c019e106e3b1b2d3f3cb3537c43c425364de8e951d5a3083345",
  },
];

export const PUBLISHED_PHONES: readonly PublishedIdentifier[] = [
  {
    source: UID2,
    input: "1 (234) 567-8901",
    country: "US",
    canonical: "+12345678901",
    sha256: "10e6f0b47054a83359477dcb35231db6de5c69fb1816e1a6b98e192de9e5b9ee",
  },
  {
    source: GOOGLE,
    input: "1-800-555-0100",
    country: "US",
    canonical: "+18005550100",
    sha256: "fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30",
  },
  {
    source: "Google and UID2 rules (digest ours)",
    input: "(650)555-1212",
    country: "US",
    canonical: "+16505551212",
    sha256: "1e231c66011e7a2d867a9cfae267a6aff103cf4913640b6e71a99850fc0ffbc8",
  },
  { source: GOOGLE, input: "+44-113-496-0987", canonical: "+441134960987" },
  { source: UID2, input: "0491 570 006", country: "AU", canonical: "+61491570006" },
  { source: "Meta, spelling only", input: "+44 20 7946 0958", canonical: "+442079460958" },
  { source: "TikTok, spelling only", input: "+37493828222", canonical: "+37493828222" },
];

export const PUBLISHED_NAMES: readonly PublishedIdentifier[] = [
  {
    source: GOOGLE,
    input: "  GivenName  ",
    canonical: "givenname",
    sha256: "128a07bfe2df877c52076e60d7774cf5baaa046c5a6c48daf30ff43ecca2f814",
  },
  {
    source: GOOGLE,
    input: "  FamilyName ",
    canonical: "familyname",
    sha256: "77762c287e61ce065bee5c15464012c6fbe088398b8057627d5577249430d574",
  },
  {
    source: META,
    input: "Mary",
    canonical: "mary",
    sha256: "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec",
  },
  {
    source: META,
    input: "정",
    canonical: "정",
    sha256: "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14",
  },
  {
    source: META,
    input: "Vale\u0301ry",
    canonical: "val\u00e9ry",
    sha256: "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c",
  },
  {
    source: META,
    input: "Smith",
    canonical: "smith",
    sha256: "6627835f988e2c5e50533d491163072d3f4f41f5c8b04630150debb3722ca2dd",
  },
  {
    source: `${GOOGLE}, Data Manager (digest ours)`,
    input: "mary ann",
    canonical: "maryann",
  },
];

export const PUBLISHED_POSTCODES: readonly (PublishedIdentifier & { readonly country: string })[] = [
  {
    source: `${META} (digest ours)`,
    input: "94035",
    country: "US",
    canonical: "94035",
    sha256: "1794327a4d443904421f5ca1f3d72d0a62ba2f0770d80755ec2220fc0efb052e",
  },
  {
    source: `${META} (digest ours)`,
    input: "M1 1AE",
    country: "GB",
    canonical: "m11ae",
    sha256: "1dc694c2070e697769fb959b50671d76cafd430d8ca191fbdd0affcaea344ac5",
  },
  { source: `${META}, spelling only`, input: "37221-3312", country: "US", canonical: "37221" },
  { source: `${META}, spelling only`, input: "K1A0A6", country: "CA", canonical: "k1a0a6" },
];

export const PUBLISHED_COUNTRIES: readonly { readonly canonical: string; readonly sha256: string }[] = [
  { canonical: "us", sha256: "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621" },
];

export const PUBLISHED_MAIDS: readonly PublishedIdentifier[] = [
  {
    source: "TikTok, advanced matching",
    input: "5F3A2B18-9C4D-4E7F-B8E2-17D3A1E69B25",
    canonical: "5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25",
    sha256: "83dc3f5f32b9472613b0f038d36f22585a609d018af6f6067f50da318bf354bd",
  },
];

/** Base64 spellings (RFC 4648 §4) of two digests above, as UID2 prints them. */
export const PUBLISHED_BASE64: readonly { readonly sha256: string; readonly base64: string }[] = [
  {
    sha256: "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514",
    base64: "tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=",
  },
  {
    sha256: "10e6f0b47054a83359477dcb35231db6de5c69fb1816e1a6b98e192de9e5b9ee",
    base64: "EObwtHBUqDNZR33LNSMdtt5cafsYFuGmuY4ZLenlue4=",
  },
];

/**
 * Texts that Google's samples refuse as e-mail and that `concordat-1` refuses as well. The third of that page,
 * ` ...@gmail.com`, is empty only where dots are folded, so it is no refusal here.
 */
export const REFUSED_EMAILS: readonly string[] = ["quinn", " @googlemail.com"];
