// The countries that invented people live in: names, mail domains under the reserved `.example` (RFC 2606 §2), and
// mobile numbers that fit the country's numbering plan.

export type Country = {
  readonly code: string;
  /** Of a hundred people, how many live here. */
  readonly weight: number;
  readonly region: string;
  readonly callingCode: string;
  /** Digit dialled before a national number inside the country; empty where there is none. */
  readonly trunk: string;
  /** First digits of the national number; seven more follow. One is chosen for each person. */
  readonly prefixes: readonly string[];
  readonly domains: readonly string[];
  readonly first: readonly string[];
  readonly last: readonly string[];
};

export const COUNTRIES: readonly Country[] = [
  {
    code: "GB",
    weight: 34,
    region: "britain",
    callingCode: "44",
    trunk: "0",
    prefixes: ["740", "742", "773", "785"],
    domains: ["post.example", "mail.example", "letters.example"],
    first: "Amelia Oliver Isla George Ava Noah Siân Arthur Freya Muhammad Niamh Zoë Harriet Callum".split(" "),
    last: "Smith Jones Patel O'Connor Hughes Walker Khan Evans MacLeod Bennett Okafor Turner Reid Whitfield".split(" "),
  },
  {
    code: "DE",
    weight: 18,
    region: "central-europe",
    callingCode: "49",
    trunk: "0",
    prefixes: ["160", "170", "174"],
    domains: ["briefe.example", "postfächer.example", "post.example"],
    first: "Jürgen Käthe Lukas Emma Jörg Hannah Björn Sophie Günther Mia Aylin Felix Zoë Matthias".split(" "),
    last: "Müller Schäfer Weiß Köhler Becker Yılmaz Vogel Groß Schröder Lange Brandt Jäger Kühn Engel".split(" "),
  },
  {
    code: "FR",
    weight: 13,
    region: "france-and-benelux",
    callingCode: "33",
    trunk: "0",
    prefixes: ["61", "67", "68"],
    domains: ["poste.example", "courriel.example", "boîte.example"],
    first: "Amélie Léo Chloé François Zoé Jérôme Inès Théo Hélène Noël Maëlle Rémi Agnès Benoît".split(" "),
    last: "Durand Lefèvre Moreau Bérard Nguyen Côté Garçon Marchand Deschênes Roux Béranger Petit Traoré".split(" "),
  },
  {
    code: "IT",
    weight: 9,
    region: "southern-europe",
    callingCode: "39",
    trunk: "",
    prefixes: ["347", "333", "328"],
    domains: ["posta.example", "lettere.example"],
    first: "Niccolò Chiara Matteo Giulia Andrea Noè Sofia Lorenzo Aurora Davide Beatrice Mosè".split(" "),
    last: "Rossi Bianchi Esposito D'Angelo Ferrari Nicolò Conti Greco Rinaldi Marchetti Fabbri Cantù".split(" "),
  },
  {
    code: "ES",
    weight: 8,
    region: "southern-europe",
    callingCode: "34",
    trunk: "",
    prefixes: ["61", "65", "66"],
    domains: ["correo.example", "buzón.example"],
    first: "José María Núria Iñaki Lucía Álvaro Begoña Martín Sofía Jesús Rocío Andrés".split(" "),
    last: "García Muñoz Peña Núñez López Ibáñez Jiménez Serrano Ordóñez Castaño Vidal Rubio".split(" "),
  },
  {
    code: "SE",
    weight: 6,
    region: "nordics",
    callingCode: "46",
    trunk: "0",
    prefixes: ["70", "73", "76"],
    domains: ["brevlåda.example", "post.example"],
    first: "Åsa Björn Elsa Göran Märta Nils Sören Astrid Örjan Linnéa Håkan Ebba".split(" "),
    last: "Öberg Lindström Åkesson Nyström Bergqvist Sjögren Hägg Norén Ljungberg Ström Dahl Ek".split(" "),
  },
  {
    code: "NL",
    weight: 5,
    region: "france-and-benelux",
    callingCode: "31",
    trunk: "0",
    prefixes: ["61", "62", "64"],
    domains: ["brievenbus.example", "post.example"],
    first: "Daan Noëlle Sem Anaïs Joris Fleur Thijs Zoë Bram Lotte Maëlle Ruben".split(" "),
    last: ["de Vries", "van den Berg", "Jansen", "Bakker", "van Dijk", "Smit", "Meijer", "de Boer", "Mulder", "Groen"],
  },
  {
    code: "US",
    weight: 7,
    region: "north-america",
    callingCode: "1",
    trunk: "",
    prefixes: ["415", "212", "312", "617"],
    domains: ["mail.example", "inbox.example"],
    first: "Emily Jacob Sophia José Madison Tyrone Chloé Ethan Renée Michael Grace Andre".split(" "),
    last: "Johnson Williams Nguyen García Brown Washington Miller O'Brien Kowalski Lee Carter Díaz".split(" "),
  },
];
