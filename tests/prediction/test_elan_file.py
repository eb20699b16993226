import pympi
import pytest

from emoaff.prediction.elan_file import write_elan
from emoaff.prediction.result import Result
from tests.prediction.results import row
from tests.prediction.results import write_result

# What ELAN's schema asks of the elements that are written here, in its order.
_SCHEMA = """
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
 <xs:element name="ANNOTATION_DOCUMENT">
  <xs:complexType><xs:sequence>
   <xs:element name="HEADER"><xs:complexType><xs:sequence>
    <xs:element name="MEDIA_DESCRIPTOR" minOccurs="0" maxOccurs="unbounded">
     <xs:complexType>
      <xs:attribute name="MEDIA_URL" type="xs:anyURI" use="required"/>
      <xs:attribute name="RELATIVE_MEDIA_URL" type="xs:anyURI"/>
      <xs:attribute name="MIME_TYPE" type="xs:string" use="required"/>
     </xs:complexType>
    </xs:element>
    <xs:element name="PROPERTY" minOccurs="0" maxOccurs="unbounded">
     <xs:complexType><xs:simpleContent><xs:extension base="xs:string">
      <xs:attribute name="NAME" type="xs:string"/>
     </xs:extension></xs:simpleContent></xs:complexType>
    </xs:element></xs:sequence>
    <xs:attribute name="MEDIA_FILE" type="xs:string"/>
    <xs:attribute name="TIME_UNITS" fixed="milliseconds"/>
   </xs:complexType></xs:element>
   <xs:element name="TIME_ORDER"><xs:complexType><xs:sequence>
    <xs:element name="TIME_SLOT" minOccurs="0" maxOccurs="unbounded">
     <xs:complexType>
      <xs:attribute name="TIME_SLOT_ID" type="xs:ID" use="required"/>
      <xs:attribute name="TIME_VALUE" type="xs:unsignedInt"/>
     </xs:complexType>
    </xs:element>
   </xs:sequence></xs:complexType></xs:element>
   <xs:element name="TIER" minOccurs="0" maxOccurs="unbounded">
    <xs:complexType><xs:sequence>
     <xs:element name="ANNOTATION" minOccurs="0" maxOccurs="unbounded">
      <xs:complexType><xs:sequence>
       <xs:element name="ALIGNABLE_ANNOTATION"><xs:complexType><xs:sequence>
        <xs:element name="ANNOTATION_VALUE" type="xs:string"/></xs:sequence>
        <xs:attribute name="ANNOTATION_ID" type="xs:ID" use="required"/>
        <xs:attribute name="TIME_SLOT_REF1" type="xs:IDREF" use="required"/>
        <xs:attribute name="TIME_SLOT_REF2" type="xs:IDREF" use="required"/>
       </xs:complexType></xs:element>
      </xs:sequence></xs:complexType>
     </xs:element></xs:sequence>
     <xs:attribute name="TIER_ID" type="xs:string" use="required"/>
     <xs:attribute name="LINGUISTIC_TYPE_REF" type="xs:string" use="required"/>
    </xs:complexType>
   </xs:element>
   <xs:element name="LINGUISTIC_TYPE" minOccurs="0" maxOccurs="unbounded">
    <xs:complexType>
     <xs:attribute name="LINGUISTIC_TYPE_ID" type="xs:string" use="required"/>
     <xs:attribute name="TIME_ALIGNABLE" type="xs:boolean"/>
     <xs:attribute name="GRAPHIC_REFERENCES" type="xs:boolean"/>
    </xs:complexType>
   </xs:element>
   <xs:element name="LOCALE" minOccurs="0" maxOccurs="unbounded"/>
   <xs:element name="LANGUAGE" minOccurs="0" maxOccurs="unbounded"/>
   <xs:element name="CONSTRAINT" minOccurs="0" maxOccurs="unbounded">
    <xs:complexType>
     <xs:attribute name="STEREOTYPE" type="xs:ID" use="required"/>
     <xs:attribute name="DESCRIPTION" type="xs:string"/>
    </xs:complexType>
   </xs:element></xs:sequence>
   <xs:attribute name="DATE" type="xs:dateTime" use="required"/>
   <xs:attribute name="AUTHOR" type="xs:string" use="required"/>
   <xs:attribute name="VERSION" type="xs:string" use="required"/>
   <xs:attribute name="FORMAT" type="xs:string"/>
   <xs:anyAttribute namespace="##other" processContents="skip"/>
  </xs:complexType>
  <xs:key name="type"><xs:selector xpath="LINGUISTIC_TYPE"/>
   <xs:field xpath="@LINGUISTIC_TYPE_ID"/></xs:key>
  <xs:keyref name="types" refer="type"><xs:selector xpath="TIER"/>
   <xs:field xpath="@LINGUISTIC_TYPE_REF"/></xs:keyref>
  <xs:key name="slot"><xs:selector xpath="TIME_ORDER/TIME_SLOT"/>
   <xs:field xpath="@TIME_SLOT_ID"/></xs:key>
  <xs:keyref name="starts" refer="slot">
   <xs:selector xpath="TIER/ANNOTATION/ALIGNABLE_ANNOTATION"/>
   <xs:field xpath="@TIME_SLOT_REF1"/></xs:keyref>
  <xs:keyref name="ends" refer="slot">
   <xs:selector xpath="TIER/ANNOTATION/ALIGNABLE_ANNOTATION"/>
   <xs:field xpath="@TIME_SLOT_REF2"/></xs:keyref>
  <xs:key name="tier"><xs:selector xpath="TIER"/>
   <xs:field xpath="@TIER_ID"/></xs:key>
 </xs:element>
</xs:schema>
"""


@pytest.fixture
def document(tmp_path):
    rows = []
    for n in range(10):
        rows.append(row(n, named=n // 5))
        rows.append(row(n, person=2, named=2))
    rows.append(row(20, named=1, doubt="blurred"))
    table = write_result(tmp_path, rows, source="É 1 & <2>.mp4")
    path = tmp_path / "a.eaf"
    write_elan(path, Result.read(table))
    assert {p.name for p in tmp_path.iterdir()} == {
        "a.eaf",
        "clip.csv",
        "clip.json",
    }
    return path


def test_the_document_is_what_the_schema_asks(document):
    etree = pytest.importorskip("lxml.etree")
    schema = etree.XMLSchema(etree.fromstring(_SCHEMA))
    schema.assertValid(etree.parse(document))
    broken = document.read_text("utf-8").replace("TIME_SLOT_REF2", "REF2", 1)
    assert not schema.validate(etree.fromstring(broken.encode()))


def test_a_library_reads_a_tier_for_each_person(document):
    read = pympi.Eaf(document)
    assert list(read.get_tier_names()) == [
        "person 1",
        "person 1 doubt",
        "person 2",
    ]
    spans = sorted(read.get_annotation_data_for_tier("person 1"))
    assert [span[:3] for span in spans] == [
        (0, 500, "neutral"),
        (500, 1000, "happiness"),
    ]
    (media,) = read.get_linked_files()
    assert media["RELATIVE_MEDIA_URL"] == "./%C3%89%201%20%26%20%3C2%3E.mp4"
    assert media["MIME_TYPE"] == "video/mp4"


def test_another_library_reads_the_same(document):
    elan = pytest.importorskip("speach.elan")
    read = elan.read_eaf(document)
    tier = read["person 2"]
    assert [(a.from_ts.value, a.to_ts.value, a.text) for a in tier] == [
        (0, 1000, "anger")
    ]


def test_a_video_without_a_face_has_no_tiers(tmp_path):
    etree = pytest.importorskip("lxml.etree")
    from emoaff.prediction.row import Row

    table = write_result(tmp_path, [Row(0, 0.0), Row(1, 0.1)])
    write_elan(tmp_path / "a.eaf", Result.read(table))
    schema = etree.XMLSchema(etree.fromstring(_SCHEMA))
    schema.assertValid(etree.parse(tmp_path / "a.eaf"))
    assert not list(pympi.Eaf(tmp_path / "a.eaf").get_tier_names())


def test_tiers_stand_where_a_player_shows_the_pictures(tmp_path):
    media = {"kind": "video", "player_start_s": 0.852}
    table = write_result(tmp_path, [row(0), row(1)], media=media)
    write_elan(tmp_path / "a.eaf", Result.read(table))
    (span,) = pympi.Eaf(tmp_path / "a.eaf").get_annotation_data_for_tier(
        "person 1"
    )
    assert span[:2] == (852, 1052)


def test_the_video_is_looked_for_where_it_was(tmp_path):
    table = write_result(tmp_path, [row(0), row(1)])
    header = Result.read(table).header
    result = Result(table, header, "../my videos/clip.mp4")
    write_elan(tmp_path / "a.eaf", result)
    (media,) = pympi.Eaf(tmp_path / "a.eaf").get_linked_files()
    assert media["RELATIVE_MEDIA_URL"] == "../my%20videos/clip.mp4"
