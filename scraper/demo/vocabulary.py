"""The words that invented posts are made of, a list a language."""

from __future__ import annotations

_ENGLISH = """
about above again almost along always around away bench below better between blade blue board bolt border bottom box
branch brass brush bucket button carry chain chair clamp clean clear close coat colour copper corner could cover crack
curtain cut damp dark deep door down drawer drill dry dust early edge enough every fabric felt file filter finish first
fit flat floor fold frame garden gentle glass glue grain green grind groove half hammer handle hang hard heat heavy hinge
hold hole hook inside iron joint just keep kettle knife knot ladder lamp large later layer leather leave length lever
lid lift light linen little long loose low measure metal middle mirror mix mortar move much nail narrow near needle never
next nothing often oil old only open other oven over paint paper paste pattern pencil piece pin pipe plain plane plank
plaster plate polish press primer pull push quite rail rather really repair resin ribbon rivet roller roof rope rough
round rub rust sand saw scrape screw seal second set shade sharp shed sheet shelf short side sieve simple skin sleeve
slow small smooth soap soft solder some spare spring square stain stand steam steel step stone stove straight strap
stretch string strong table tape thick thin thread through tight tile timber tool towel tray trim turn twice twist under
upper varnish very vice wall warm washer water wax wedge weight wheel while whole wide window wire wood wool work wrong
"""
_DUTCH = """
achter alleen altijd anders avond bakje balk bank beitel bijna binnen blad blauw blik boor bord borstel boven breed buis
buiten daarom dak deksel diep dikke doek doos draad draaien droog druk dun eerst emmer enkel erg eronder even gaas gang
garen gat gebruik geel gereed gewoon gips glad glas goed groef groen groot haak halen half hamer handig hard heel hout
ijzer kabel kade kalk kamer kant kast ketel kijken klein klem kleur knijpen knoop kop kort koud krijt kwast laag laden
lak lamp lang lap later leer licht lijm lijst linnen los lucht maat maken meer meten midden moer muur naald nagel nat
niet nooit olie onder ook oud oven paal papier passen penseel plaat plank plat pleister poetsen raam rand recht repen
riem roest rond rood ruw samen schaaf schaar scherm scherp schroef schuren schuur slot smal smeren snel soms spijker
staal stap steen stevig stof straks strook stuk tafel tang tegel terug toch touw trap tussen twee vaak vast veel veer
verf vet vijl vilt vlak vloer voet voor vouwen vrij wachten wand warm was water weer weg wel werk wiel wol zaag zacht
zand zeep zelf zijde zonder zwaar zwart
"""
_GERMAN = """
aber abend alle altes auch aussen bald balken band becher besser blatt blau blech bogen bohren brett breit bunt dach
dann darum decke deckel dick draht drehen druck dünn ecke eimer eisen eng erst etwas faden falten farbe faser feder
feile fein fenster fest feucht filz flach fliese folie früh fuge ganz garten genau gerade gewebe gips glas glatt griff
grob gross grün gummi haken halb halten hammer hart haut heben heiss hell hinten hobel hoch holz immer innen kabel kalk
kalt kanne kante kasten kein kelle kette klammer klar klein kleister knopf korb kraft kreide kupfer kurz lack lager
lampe lang langsam lappen lass latte leder leer leim leiste leiter licht links loch locker luft manchmal mass matt mauer
mehr messen metall mitte mörtel müde nadel nagel nah nass neben nie noch nur oben offen öl oft ofen papier passt pinsel
platte putz rand rau rechts regal rinne rohr rolle rost rund säge salz sand scharf scheibe schere schicht schleifen
schlicht schloss schmal schnell schnur schon schraube schwamm schwer sehr seife seil seite selten sieb span spachtel
stab stahl stark staub stein stiel stoff streifen stück tief tisch topf trocken tuch über ufer unten viel vorn wachs wand
wanne warm wasser weich weit wenig werkzeug wieder wolle zange zart zeit ziegel ziehen zuerst
"""

VOCABULARY: dict[str, tuple[str, ...]] = {
    "en_US": tuple(_ENGLISH.split()),
    "nl_NL": tuple(_DUTCH.split()),
    "de_DE": tuple(_GERMAN.split()),
}
