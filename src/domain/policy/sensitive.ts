// Attributes that no document can open: special categories of personal data and criminal records, by the words that
// stand in an attribute's name. A closed list over names: an attribute that hides behind another name passes it.

/** Words in an attribute's name, each with what it tells of (GDPR articles 9 and 10). */
export const SENSITIVE_CATEGORIES = {
  health: "a person's health",
  diagnosis: "a person's health",
  disability: "a person's health",
  pregnancy: "a person's health",
  religion: "a person's religion",
  ethnicity: "a person's ethnic origin",
  race: "a person's ethnic origin",
  politics: "a person's political opinions",
  "political-opinion": "a person's political opinions",
  "union-membership": "a person's membership of a trade union",
  "sexual-orientation": "a person's sexual orientation",
  "sex-life": "a person's sex life",
  genetics: "a person's genes",
  biometrics: "a person's body",
  "criminal-record": "a person's criminal record",
} as const;

export type SensitiveCategory = keyof typeof SENSITIVE_CATEGORIES;
