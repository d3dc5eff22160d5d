import AWSWire
import Testing

@testable import State

@Suite("SortedMap") struct SortedMapTests {
    @Test("agrees with a dictionary over 20,000 random writes, and old copies stay as they were", arguments: [1, 2, 3])
    func model(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var map = SortedMap<String, Int>()
        var model: [String: Int] = [:]
        var kept: [(SortedMap<String, Int>, [String: Int])] = []
        for step in 0..<20_000 {
            let key = "k/\(Int.random(in: 0..<3_000, using: &random))"
            if Int.random(in: 0..<3, using: &random) == 0 {
                #expect(map.removeValue(forKey: key) == model.removeValue(forKey: key))
            } else {
                #expect(map.updateValue(step, forKey: key) == model.updateValue(step, forKey: key))
            }
            if step % 4_000 == 0 { kept.append((map, model)) }
        }
        kept.append((map, model))
        for (map, model) in kept { expectEqual(map, model) }
    }

    private func expectEqual(_ map: SortedMap<String, Int>, _ model: [String: Int]) {
        let sorted = model.sorted { $0.key < $1.key }
        var seen: [(String, Int)] = []
        map.forEach(from: "") { key, value in
            seen.append((key, value))
            return true
        }
        #expect(map.count == model.count)
        #expect(seen.map(\.0) == sorted.map(\.key))
        #expect(seen.map(\.1) == sorted.map(\.value))
        for (rank, entry) in sorted.enumerated() where rank % 97 == 0 {
            #expect(map.rank(of: entry.key) == rank)
            #expect(map[entry.key] == entry.value)
        }
    }

    @Test("counts and walks a prefix, from the start or after a key")
    func prefix() {
        var map = SortedMap<String, Int>()
        for cluster in ["a", "ab", "b"] {
            for number in 0..<100 { map["\(cluster)/\(100 + number)"] = number }
        }
        #expect(map.count(prefix: "a/") == 100)
        #expect(map.count(prefix: "c/") == 0)
        var seen: [Int] = []
        map.forEach(prefix: "ab/", after: "ab/197") { _, value in
            seen.append(value)
            return true
        }
        #expect(seen == [98, 99])
    }

    @Test("emptying leaves an empty map")
    func empties() {
        var map = SortedMap<String, Int>()
        for number in 0..<1_000 { map["\(number)"] = number }
        for number in 0..<1_000 { #expect(map.removeValue(forKey: "\(number)") == number) }
        #expect(map.isEmpty)
        #expect(map.removeValue(forKey: "1") == nil)
        map["x"] = 1
        #expect(map["x"] == 1)
    }

    @Test("walks a prefix backwards, from the end or before a key, through many nodes")
    func backwards() {
        var map = SortedMap<String, Int>()
        for cluster in ["a", "ab", "b"] {
            for number in 0..<500 { map["\(cluster)/\(1_000 + number)"] = number }
        }
        func walk(before: String?, _ count: Int) -> [Int] {
            var seen: [Int] = []
            map.forEachReversed(prefix: "ab/", before: before) { _, value in
                seen.append(value)
                return seen.count < count
            }
            return seen
        }
        #expect(walk(before: nil, 1_000) == (0..<500).reversed())
        #expect(walk(before: "ab/1300", 3) == [299, 298, 297])
        #expect(walk(before: "ab/1000", 3) == [])
    }
}
