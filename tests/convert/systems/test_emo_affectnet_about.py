from emoaff.convert.systems import emo_affectnet_about as about


def test_published_recalls_make_the_published_hits():
    for recalls, hits in about._RECALLS.values():
        assert round(sum(recalls) * 500) == hits


def test_the_held_out_corpus_is_told_by_the_file_s_name():
    assert "recall 25.1 %" in about.published_temporal("for_IEMOCAP.h5")[0]
    assert "does not say" in about.published_temporal("lstm.h5")[0]
