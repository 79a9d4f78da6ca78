// The emoji one can choose from, by group, with the words they are found by; others may be typed all the same.

/** @typedef {{emoji:string, words:string}} Emoji */

/** Offered first. */
export const quick = ['👍', '❤️', '😊', '🙏', '🎉', '😂'];

/** Group → lines of an emoji and its words, English and German. @type {Record<string,string>} */
const lists = {
  faces: `😀 grin happy lachen froh;😃 smile happy lächeln;😄 laugh happy lachen;😁 beam grin strahlen;😅 sweat relief puh schwitzen;😂 joy tears lol tränen lachen;🙂 slight smile lächeln;🙃 upside down verkehrt;😉 wink zwinkern;😊 blush smile freude lächeln;😇 angel innocent engel;🥰 love hearts verliebt;😍 heart eyes love verliebt;😘 kiss kuss;😋 yum tasty lecker;😎 cool sunglasses sonnenbrille;🤓 nerd glasses brille;🤔 think hmm nachdenken;😐 neutral egal;😏 smirk schmunzeln;🙄 roll eyes augen;😬 grimace oops;😌 relieved erleichtert;😴 sleep tired schlafen müde;😷 mask ill maske krank;🤒 fever ill thermometer fieber krank;🤕 hurt bandage verletzt verband;🤧 sneeze cold erkältung niesen;🥵 hot heiß;🥶 cold freeze kalt;😕 confused verwirrt;😟 worried besorgt;😮 wow surprised erstaunt;😢 cry sad traurig weinen;😭 sob cry weinen;😱 scream fear schreck;😓 sweat sad;😡 angry wütend;🤗 hug umarmung;🥳 party celebrate feiern;😶 speechless sprachlos;🤯 mind blown`,
  hands: `👍 thumbs up yes ok good ja gut daumen;👎 thumbs down no bad nein daumen;👌 ok perfect;👏 clap bravo applaus;🙏 thanks please pray danke bitte;🙌 hooray hands hurra;👋 wave hello bye hallo tschüss winken;🤝 handshake deal abgemacht;💪 strong muscle stark;✌️ peace victory;🤞 luck fingers crossed glück daumen;👉 point right rechts;👈 point left links;☝️ point up oben;🫶 heart hands herz;🤷 shrug dunno keine ahnung;🙋 raise hand melden;🙇 bow sorry entschuldigung;👀 eyes look augen schauen;👶 baby;👵 grandmother oma;👴 grandfather opa`,
  hearts: `❤️ heart love herz liebe;🧡 orange heart herz;💛 yellow heart herz;💚 green heart herz;💙 blue heart herz;💜 purple heart herz;🖤 black heart herz;🤍 white heart herz;💔 broken heart herz;✨ sparkles glitzer;⭐ star stern;🌟 glowing star stern;🔥 fire hot feuer;🎉 party tada feiern;🎂 cake birthday geburtstag kuchen;🎁 present gift geschenk;💯 hundred perfect hundert;✅ check done yes erledigt ja;❌ cross no nein;❗ important wichtig;❓ question frage;⚠️ warning achtung`,
  health: `💊 pill medicine tablette medikament;💉 syringe vaccine impfung spritze;🩹 plaster bandage pflaster;🩺 stethoscope doctor arzt;🌡️ thermometer fever fieber;🏥 hospital krankenhaus;🚑 ambulance krankenwagen;🧴 lotion cream sunscreen creme sonnencreme;🧼 soap seife;🦷 tooth dentist zahn;👁️ eye auge;👂 ear ohr;🫁 lungs lunge;🧠 brain gehirn;🦴 bone knochen;🩸 blood blut;😷 mask maske;🧻 tissue taschentuch;🪥 toothbrush zahnbürste;👓 glasses brille`,
  nature: `🐶 dog hund;🐱 cat katze;🐰 rabbit hase;🐻 bear bär;🐦 bird vogel;🐝 bee biene;🦋 butterfly schmetterling;🌸 blossom blüte;🌹 rose;🌻 sunflower sonnenblume;🌿 herb kraut;🍀 clover luck glück klee;🌳 tree baum;☀️ sun sonne;⛅ cloud wolke;🌧️ rain regen;❄️ snow schnee;🌈 rainbow regenbogen;🌙 moon mond;🌊 wave sea meer`,
  food: `☕ coffee kaffee;🍵 tea tee;🥤 drink getränk;💧 water drop wasser;🍎 apple apfel;🍌 banana banane;🍋 lemon zitrone;🍓 strawberry erdbeere;🥕 carrot karotte;🍞 bread brot;🧀 cheese käse;🥗 salad salat;🍕 pizza;🍰 cake kuchen;🍫 chocolate schokolade;🍯 honey honig;🥛 milk milch;🍽️ plate meal essen`,
  things: `📞 phone call telefon anruf;📱 mobile handy;💻 computer;📷 camera photo foto;📎 clip attach klammer;📄 page document seite;📝 note write notiz;📦 parcel package paket;🚚 delivery truck lieferung;🏠 house home haus;🏪 shop laden;🅿️ parking parkplatz;🚗 car auto;🚲 bicycle fahrrad;🚌 bus;✈️ plane travel reise flugzeug;⏰ alarm clock wecker uhr;🕐 time clock uhr zeit;📅 calendar date kalender termin;💶 euro money geld;💳 card pay karte zahlen;🔑 key schlüssel;🔒 lock schloss;🔍 search suche;💡 idea light idee;🔔 bell glocke`,
};

/** @type {{group:string, all:Emoji[]}[]} */
export const groups = Object.entries(lists).map(([group, list]) => ({
  group,
  all: list.split(';').map((line) => ({ emoji: line.slice(0, line.indexOf(' ')), words: line.slice(line.indexOf(' ') + 1) })),
}));

/** @param {string} text */
const plain = (text) => text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');

/** What one looks for: words begun are enough, all of them have to be there; an emoji finds itself. @param {string} query @returns {Emoji[]} */
export function find(query) {
  const wanted = plain(query).split(/\s+/).filter(Boolean);
  const found = groups.flatMap(({ all }) => all).filter(({ emoji, words }) =>
    emoji === query.trim() || wanted.every((piece) => plain(words).split(' ').some((word) => word.startsWith(piece))));
  // The usual ones first.
  found.sort((a, b) => Number(quick.includes(b.emoji)) - Number(quick.includes(a.emoji)));
  return [...new Map(found.map((one) => [one.emoji, one])).values()];
}
