"""What a preview shows of an update."""

from testbed.cloud.previews import kept


def test_what_the_cloud_put_into_a_block_stays() -> None:
    outputs = {"networks": [{"network": "n", "ipAddresses": ["10.0.0.2"]}], "size": 1, "etag": "e"}
    inputs = {"networks": [{"network": "n"}], "size": 1}
    assert kept(outputs, inputs, {**inputs, "size": 2}) == {**outputs, "size": 2}


def test_what_is_no_longer_said_goes() -> None:
    assert kept({"labels": {"a": "1"}, "note": "x"}, {"labels": {"a": "1"}, "note": "x"}, {"labels": {}}) == {
        "labels": {}
    }


def test_another_list_is_taken_as_it_is() -> None:
    assert kept({"zones": ["a"]}, {"zones": ["a"]}, {"zones": ["a", "b"]}) == {"zones": ["a", "b"]}
