"""What fields are called, and what is wrong with what was filled in or asked for, in Danish and English."""

from collections.abc import Mapping

from shared.errors import Refused

from .wording import Words

FIELDS: Mapping[str, Words] = {
    "title": ("titel", "title"),
    "kind": ("hvornår rækken mødes", "when the series meets"),
    "weekday": ("ugedag", "weekday"),
    "nth": ("hvilken i måneden", "which one of the month"),
    "months": ("måneder", "months"),
    "weeks": ("uger", "weeks"),
    "day": ("dag", "day"),
    "town": ("by", "town"),
    "normal_meetings": ("rækkens egne møder", "the series' own meetings"),
    "starts_at": ("klokkeslæt", "time"),
    "minutes": ("minutter", "minutes"),
    "from": ("første dag", "first day"),
    "until": ("sidste dag", "last day"),
    "mode": ("hvordan I mødes", "how you meet"),
    "link": ("link", "link"),
    "place": ("sted", "place"),
    "address": ("adresse", "address"),
    "host_town": ("værtsby", "host town"),
    "agenda": ("dagsorden", "agenda"),
    "reason": ("grund", "reason"),
    "on_holiday": ("helligdage", "holidays"),
    "reminders": ("påmindelser", "reminders"),
    "horizon_days": ("hvornår der indkaldes", "when people are invited"),
    "in_person": ("pladser til fremmødte", "places in person"),
    "online": ("pladser online", "places online"),
    "attendance.in_person": ("dem, der mødte op", "those who came in person"),
    "attendance.online": ("dem, der var med online", "those who joined online"),
    "person_id": ("hvem svaret gælder", "whose answer it is"),
    "answer": ("svar", "answer"),
    "attendance": ("hvordan de kommer", "how they come"),
    "comment": ("bemærkning", "comment"),
}
WRONG_FIELDS: Mapping[str, Words] = {
    "title": ("Skriv en titel på én linje, højst 200 tegn.", "Write a title in one line, 200 characters at most."),
    "kind": ("Vælg, hvornår rækken mødes.", "Choose when the series meets."),
    "weekday": ("Vælg en ugedag.", "Choose a weekday."),
    "nth": ("Vælg, hvilken i måneden.", "Choose which one of the month."),
    "months": ("Vælg mindst én måned.", "Choose at least one month."),
    "weeks": ("Skriv et antal uger fra 1 til 52.", "Write a number of weeks from 1 to 52."),
    "day": ("Vælg en dag.", "Choose a day."),
    "starts_at": ("Vælg et klokkeslæt på et helt minut.", "Choose a time on a whole minute."),
    "minutes": ("Skriv et antal minutter fra 1 til 1440.", "Write a number of minutes from 1 to 1440."),
    "from": ("Vælg en dag.", "Choose a day."),
    "until": ("Vælg en dag, eller lad feltet stå tomt.", "Choose a day, or leave it empty."),
    "mode": ("Vælg, hvordan der mødes.", "Choose how people meet."),
    "link": ("Skriv en adresse, der begynder med https://.", "Write an address that begins with https://."),
    "place": ("Skriv stedet på én linje, højst 200 tegn.", "Write the place in one line, 200 characters at most."),
    "address": (
        "Skriv adressen på én linje, højst 200 tegn.",
        "Write the address in one line, 200 characters at most.",
    ),
    "host_town": ("Skriv byens navn på én linje.", "Write the name of the town in one line."),
    "agenda": ("Skriv højst 4000 almindelige tegn.", "Write 4000 ordinary characters at most."),
    "reason": ("Skriv grunden på én linje, højst 500 tegn.", "Write the reason in one line, 500 characters at most."),
    "reminders": ("Vælg højst fem påmindelser.", "Choose five reminders at most."),
    "on_holiday": ("Vælg, hvad en helligdag betyder.", "Choose what a holiday means."),
    "horizon_days": ("Skriv et antal dage fra 1 til 730.", "Write a number of days from 1 to 730."),
    "town": ("Vælg en by.", "Choose a town."),
    "normal_meetings": (
        "Vælg, hvad der sker med rækkens egne møder.",
        "Choose what becomes of the series' own meetings.",
    ),
    "in_person": ("Skriv et antal, eller lad feltet stå tomt.", "Write a number, or leave it empty."),
    "online": ("Skriv et antal, eller lad feltet stå tomt.", "Write a number, or leave it empty."),
    "person_id": ("Vælg, hvem der svares for.", "Choose whom the answer is for."),
    "answer": ("Vælg et svar.", "Choose an answer."),
    "attendance": ("Vælg, om de møder op eller er med online.", "Choose whether they come in person or join online."),
    "comment": ("Skriv højst 500 almindelige tegn.", "Write 500 ordinary characters at most."),
    "organisations": ("Sæt kryds ved mindst én, der kom.", "Tick at least one that came."),
}
REFUSALS: Mapping[str, Words] = {
    "link_is_missing": ("Et møde online skal have et link.", "A meeting online needs a link."),
    "moves_onto_another_meeting": (
        "En uge senere mødes rækken alligevel: spring over eller hold mødet.",
        "A week later the series meets anyway: skip the meeting or hold it.",
    ),
    "no_such_local_time": (
        "Den time findes ikke den dag, uret stilles frem.",
        "That hour does not exist on the day the clocks go forward.",
    ),
    "ends_before_it_begins": ("Rækken slutter, før den begynder.", "The series ends before it begins."),
    "day_is_outside": ("Dagen ligger uden for rækken.", "The day lies outside of the series."),
    "begins_in_the_past": ("Mødet ville allerede være begyndt.", "The meeting would have begun already."),
    "changes_the_past": (
        "Det, der har været, kan ikke ændres: vælg i dag eller en senere dag.",
        "What has been cannot be changed: choose today or a later day.",
    ),
    "beyond_the_plan": (
        "Så langt frem er der ikke planlagt endnu: vælg en tidligere dag.",
        "Nothing is planned that far ahead yet: choose an earlier day.",
    ),
    "meeting_has_begun": (
        "Mødet er begyndt, så det kan ikke ændres.",
        "The meeting has begun, so it cannot be changed.",
    ),
    "meeting_is_cancelled": ("Mødet er aflyst.", "The meeting is cancelled."),
    "meeting_has_not_begun": ("Mødet er ikke begyndt endnu.", "The meeting has not begun yet."),
    "places_are_taken": (
        "Så få pladser kan der ikke blive: flere har allerede en plads.",
        "There cannot be so few places: more people have one already.",
    ),
    "no_such_attendance": ("Sådan holdes mødet ikke.", "The meeting is not held that way."),
    "attendance_is_missing": WRONG_FIELDS["attendance"],
    "not_invited": (
        "Personen er ikke længere indkaldt til mødet.",
        "The person is no longer asked to the meeting.",
    ),
    "unknown_organisation": (
        "En af organisationerne er ikke medlem og har aldrig været det: hent siden igen.",
        "One of the organisations is no member and never was: load the page again.",
    ),
    "given_in_the_future": ("Et svar kan ikke være givet senere end nu.", "An answer cannot be given later than now."),
    "lasts_too_long": (
        "En krise kan højst planlægges for 92 dage ad gangen: forlæng den senere.",
        "A crisis is planned for 92 days at most: extend it later.",
    ),
    "nothing_to_meet_for": (
        "Der bliver ingen møder: vælg en anden rytme eller andre dage.",
        "There would be no meetings: choose another rhythm or other days.",
    ),
    "no_extension": ("Vælg en senere dag end den nuværende.", "Choose a later day than the present one."),
    "crises_overlap": (
        "En anden krise i samme række ligger på nogle af dagene.",
        "Another crisis of the same series lies on some of the days.",
    ),
    "crisis_is_over": ("Krisen er slut.", "The crisis is over."),
    "crisis_has_begun": (
        "Et af krisens møder er holdt, så den kan ikke fortrydes: afslut den i stedet.",
        "One of its meetings has been held, so it cannot be undone: end it instead.",
    ),
    "crisis_has_not_begun": (
        "Krisen er ikke begyndt: fortryd den i stedet.",
        "The crisis has not begun: undo it instead.",
    ),
    "nobody_travels": ("Et møde online har ingen værtsby.", "A meeting online has no host town."),
    "unknown_town": ("Byen har ingen kontaktperson i netværket.", "Nobody acts for a member of this town."),
    "town_is_excluded": (
        "Byen er sprunget over: tag den med igen først.",
        "The town is left out: include it again first.",
    ),
    "changed_meanwhile": (
        "En anden har ændret det i mellemtiden, så intet blev gemt. Se, hvad der nu gælder, og prøv igen.",
        "Somebody else has changed it meanwhile, so nothing was kept. See how it is now, and try again.",
    ),
}


def refusal_in_words(why: Refused, field: str) -> Words:
    """Say what is wrong, with a field or with all that was asked."""
    if why.code in REFUSALS:
        return REFUSALS[why.code]
    return WRONG_FIELDS.get(field, (f"Der er noget galt: {why.detail}", f"Something is wrong: {why.detail}"))
