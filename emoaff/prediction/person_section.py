"""The part of a page that is about one person."""

from emoaff.prediction.html_parts import choose_colours
from emoaff.prediction.html_parts import describe_shares
from emoaff.prediction.html_parts import escape
from emoaff.prediction.html_parts import show_time
from emoaff.prediction.html_parts import write_share_bar
from emoaff.prediction.person_record import WAVERING
from emoaff.prediction.summary import show_percent

_NAMED = 3  # expressions of a picture, the most probable


def write_person(result, person, events, pictures) -> str:
    """Returns what a page says of a person, as HTML.

    Args:
        result: The `Result` that the person is in.
        person: A `PersonRecord`.
        events: The person's, from `PersonRecord.find_events`.
        pictures: Addresses of pictures by person and `"portrait"` or the start
            of an event, see `cut_faces`; may be empty.
    """
    number = person.person
    name = escape(result.name_person(number))
    title = f"Person {number}" if name == f"person {number}" else name
    portrait = pictures.get((number, "portrait"))
    image = (
        f'<img class="portrait" src="{portrait}" width="96" height="96" '
        f'alt="face of {name}">'
        if portrait
        else ""
    )
    colours = choose_colours(result.classes)
    parts = [
        f'<section class="person" id="person-{number}">',
        f'<div class="head">{image}<div><h2>{title}</h2>',
        f"<p>{escape(_describe_person(result, person))}</p></div></div>",
    ]
    if result.is_picture:
        parts += _write_probabilities(person.rank_probabilities(), colours)
    elif result.classes:
        shares = person.shares()
        parts += [
            write_share_bar(shares, colours),
            f'<p class="said">{describe_shares(shares)} of the frames</p>',
        ]
    if not result.is_picture:
        parts.append(
            f'<div class="chart" data-person="{number}" tabindex="0" '
            f'role="application" aria-label="Expressions of {name} '
            "over time. Arrow keys move, plus and minus zoom, Escape shows "
            'all."></div>'
        )
        parts.append(_write_events(person, events, pictures, colours))
    parts.append("</section>")
    return "\n".join(parts)


def _describe_person(result, person):
    if result.is_picture:
        doubt = person.doubts[0]
        return f"No expression is named: {doubt}." if doubt else ""
    first, last = person.times[0], person.times[-1] + person.step_s
    rows = len(person.times)
    doubtful = sum(1 for doubt in person.doubts if doubt)
    wavering = int(person.wavers.sum())
    said = (
        f"Seen from {show_time(first)} to {show_time(last)}, in {rows} frames"
    )
    if doubtful:
        said += f"; in doubt in {show_percent(doubtful / rows)} of them"
    if wavering:
        said += f"; {WAVERING} in {show_percent(wavering / rows)}"
    return said + "."


def _write_probabilities(ranked, colours):
    """What a picture says: not shares of frames, of which it has one."""
    if not ranked:
        return []
    said = describe_shares(dict(list(ranked.items())[:_NAMED]))
    return [
        write_share_bar(ranked, colours),
        f'<p class="said">Probability of each expression: {said}</p>',
    ]


def _write_events(person, events, pictures, colours):
    if not events:
        return "<p>No expression but neutral was held for half a second.</p>"
    rows = []
    for event in events:
        picture = pictures.get((person.person, event.start_s))
        image = (
            f'<img src="{picture}" width="48" height="48" alt="">'
            if picture
            else ""
        )
        rows.append(
            f"<tr><td>{image}</td>"
            f'<td><i style="background:{colours[event.expression]}"></i>'
            f"{escape(event.expression)}</td>"
            f'<td><button type="button" data-at="{event.start_s:.3f}" '
            f'data-to="{event.end_s:.3f}">{show_time(event.start_s)} to '
            f"{show_time(event.end_s)}</button></td>"
            f"<td>{event.end_s - event.start_s:.1f} s</td>"
            f"<td>{event.mean:.2f}</td></tr>"
        )
    count = len(events)
    word = "expression" if count == 1 else "expressions"
    return (
        f"<details{' open' if count <= 12 else ''}><summary>{count} {word} "
        "held for half a second or longer</summary>"
        '<div class="scroll"><table><thead><tr><th></th><th>expression</th>'
        "<th>when</th><th>how long</th><th>mean strength</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div></details>"
    )
