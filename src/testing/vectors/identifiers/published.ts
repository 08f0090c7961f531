// Published examples of cleaned and hashed identifiers that hold under the profile `concordat-1` too: those whose own
// profile spells the identifier the same way. Digests are SHA-256, lowercase hex; "ours" where the page prints none.
// Left out: Gmail folding (UID2, Google), phones hashed without `+` (Meta, TikTok, Snap), names, cities and dates.

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
