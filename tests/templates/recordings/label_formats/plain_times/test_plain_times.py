from motekit.recordings.label_formats import Export
from motekit.recordings.label_formats.plain_times import LABEL_FORMAT
from motekit.recordings.label_sets import Annotation, Labels


def test_what_goes_out_comes_back(tmp_path):
    segment = Annotation("segment", "a b", 5, 20)
    labels = Labels(40, 10.0).with_set("main", [segment])
    LABEL_FORMAT.write(tmp_path / "x.times", [Export("r", "main", labels)])
    (mark,) = LABEL_FORMAT.read(tmp_path / "x.times")
    assert (mark.recording, mark.what.label, mark.start, mark.stop) == ("r", "a b", 0.5, 2.0)
