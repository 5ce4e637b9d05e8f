"""Has `supervision` count the tracks that Vokter's rules have counted: crossings of a line, entries into a zone.

It counts a crossing when a foot is seen on the other side, and with a threshold when it stays there for so many frames; Vokter
counts it when the foot has come clear of the line. Whoever flickers at the line makes the difference."""

import json
import sys

import numpy
import supervision as sv

said = next(json.loads(line) for line in sys.stdin if line.startswith("{"))
SIDE = 1000


def detections(number, x):
    box = numpy.array([[x * SIDE - 20, 300, x * SIDE + 20, 500]])
    return sv.Detections(xyxy=box, tracker_id=numpy.array([number]), class_id=numpy.array([0]))


def lines(threshold):
    ends = sv.Point(SIDE // 2, 0), sv.Point(SIDE // 2, SIDE)
    return sv.LineZone(*ends, triggering_anchors=[sv.Position.BOTTOM_CENTER], minimum_crossing_threshold=threshold)


thresholds = [1, 3]
zones = {threshold: lines(threshold) for threshold in thresholds}
corners = numpy.array([[350, 0], [650, 0], [650, SIDE], [350, SIDE]])
zone = sv.PolygonZone(corners)
entries = dict.fromkeys(thresholds, 0)
for number, track in enumerate(said["tracks"]):
    inside, longest = 0, 0
    for x in track:
        if x is None or not 0 <= x < 1:
            continue
        seen = detections(number, x)
        for line in zones.values():
            line.trigger(seen)
        inside = inside + 1 if zone.trigger(seen)[0] else 0
        longest = max(longest, inside)
    for threshold in thresholds:
        entries[threshold] += longest >= threshold

print(f"{'':12}{'truth':>8}{'Vokter':>8}" + "".join(f"{f'peer, {t}':>10}" for t in thresholds))
rows = {"crossings": {t: line.in_count + line.out_count for t, line in zones.items()}, "entries": entries}
for name, peer in rows.items():
    truth, found = said["truth"][name], said["found"][name]
    print(f"{name:12}{truth:8}{found:8}" + "".join(f"{peer[t]:10}" for t in thresholds))
    assert abs(found - truth) <= 0.02 * truth, f"{name} are off by more than two percent"
    assert abs(found - peer[3]) <= 0.02 * truth, f"the peer, without flicker, counts other {name}"
