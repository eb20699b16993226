from emoaff.prediction import html_parts


def test_a_bar_is_as_wide_as_each_share_and_says_so():
    bar = html_parts.write_share_bar(
        {"happiness": 0.75, "": 0.25}, {"happiness": "#e69f00"}
    )
    assert 'aria-label="happiness 75 %, none named 25 %"' in bar
    assert "flex:0.7500;background:#e69f00" in bar
    assert 'class="unnamed" style="flex:0.2500"' in bar


NAMES = "neutral happiness surprise sadness anger disgust fear contempt"


def test_each_class_has_a_colour_of_its_own():
    assert len(set(html_parts.choose_colours(NAMES.split()).values())) == 8
    for others in (
        "freude wut überraschung",
        "a b c d e f g h i j k l m n o p",
    ):
        colours = html_parts.choose_colours(others.split())
        assert len(set(colours.values())) == len(others.split())


def test_a_known_expression_has_the_same_colour_by_any_word_and_beside_others():
    known = html_parts.choose_colours(NAMES.split())
    mixed = html_parts.choose_colours(["bored", "Happy", "angry", "calm"])
    assert [*mixed] == ["bored", "Happy", "angry", "calm"]
    assert mixed["Happy"] == known["happiness"]
    assert mixed["angry"] == known["anger"]
    assert len(set(mixed.values())) == 4
    both = html_parts.choose_colours(["happy", "happiness"])
    assert both["happy"] != both["happiness"]


def test_of_very_many_classes_some_share_a_colour():
    colours = html_parts.choose_colours(map(str, range(40)))
    assert len(colours) == 40
    assert len(set(colours.values())) == 16


def test_times_have_hours_only_where_there_are_any():
    assert html_parts.show_time(0) == "0:00.0"
    assert html_parts.show_time(75.26) == "1:15.3"
    assert html_parts.show_time(59.96) == "1:00.0"
    assert html_parts.show_time(3661) == "1:01:01.0"


def test_text_cannot_be_read_as_html():
    assert html_parts.escape('<a b="c">&') == "&lt;a b=&quot;c&quot;&gt;&amp;"
