import AWSWire
import Testing

@testable import State

@Suite("Place") struct PlaceTests {
    @Test("stands where its text would, beside every other and in every prefix", arguments: [1, 2, 3])
    func order(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func part() -> String { ["a", "a-b", "ab", "b", "b0", "R"].randomElement(using: &random) ?? "" }
        let places = (0..<60).map { _ in
            Place(order: orderKey(part(), part()), path: keyPath(part(), part() + String(Int.random(in: 0..<9))))
        }
        let texts = places.map { $0.order + $0.path } + places.map(\.order) + ["", "a/", "a0", "b/b0"]
        for place in places {
            for other in places {
                #expect((place < other) == (place.order + place.path < other.order + other.path))
            }
            for text in texts { #expect(place.isBelow(text) == (place.order + place.path < text)) }
        }
    }

    @Test("finds what a plain walk over the texts finds") func walks() {
        var map = SortedMap<Place, Int>()
        var texts: [String: Int] = [:]
        for number in 0..<500 {
            let place = Place(order: orderKey("c", ["RUNNING", "STOPPED"][number % 2]), path: "c/\(1_000 + number)")
            map[place] = number
            texts[place.order + place.path] = number
        }
        let after = "c/RUNNING/c/1300"
        var seen: [Int] = []
        map.forEach(prefix: "c/RUNNING/", after: after) { _, value in
            seen.append(value)
            return true
        }
        let expected = texts.filter { $0.key > after && $0.key.hasPrefix("c/RUNNING/") }.sorted { $0.key < $1.key }
        #expect(seen == expected.map(\.value))
        seen = []
        map.forEachReversed(prefix: "c/", before: "c/STOPPED/c/1005") { _, value in
            seen.append(value)
            return true
        }
        let below = texts.filter { $0.key < "c/STOPPED/c/1005" }.sorted { $0.key > $1.key }
        #expect(seen == below.map(\.value))
        #expect(map.count(prefix: "c/STOPPED/") == 250)
    }
}
