"""Rules of every kind for property tests."""

from datetime import date

from hypothesis import strategies as st

from services.meetings.recurrence import LAST, WEEKDAYS, EveryWeekday, EveryWeeks, NthWeekday, Rule, Single

FIRST, FINAL = date(2024, 1, 1), date(2035, 12, 31)

weekdays = st.sampled_from(WEEKDAYS)
days = st.dates(FIRST, FINAL)
nth_weekdays = st.builds(
    NthWeekday,
    weekdays,
    st.sampled_from([1, 2, 3, 4, 5, LAST]),
    st.lists(st.integers(1, 12), min_size=1, unique=True).map(lambda months: tuple(sorted(months))),
)
rules: st.SearchStrategy[Rule] = st.one_of(
    nth_weekdays,
    st.builds(EveryWeeks, weekdays, st.integers(1, 6), days),
    st.builds(EveryWeekday),
    st.builds(Single, days),
)
