from emoaff.prediction import html_parts


def test_a_bar_is_as_wide_as_each_share_and_says_so():
    bar = html_parts.write_share_bar({"happiness": 0.75, "": 0.25})
    assert 'aria-label="happiness 75 %, none named 25 %"' in bar
    assert "flex:0.7500;background:#e69f00" in bar
    assert 'class="unnamed" style="flex:0.2500"' in bar


def test_classes_have_colours_of_their_own_and_unknown_ones_some_colour():
    names = "neutral happiness surprise sadness anger disgust fear contempt"
    colours = [html_parts.choose_colour(name) for name in names.split()]
    assert len(set(colours)) == 8
    assert html_parts.choose_colour("calm") in colours


def test_times_have_hours_only_where_there_are_any():
    assert html_parts.show_time(0) == "0:00.0"
    assert html_parts.show_time(75.26) == "1:15.3"
    assert html_parts.show_time(59.96) == "1:00.0"
    assert html_parts.show_time(3661) == "1:01:01.0"


def test_text_cannot_be_read_as_html():
    assert html_parts.escape('<a b="c">&') == "&lt;a b=&quot;c&quot;&gt;&amp;"
