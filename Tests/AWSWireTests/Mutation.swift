import AWSWire

extension [UInt8] {
    /// The bytes with a few random changes: some flipped, removed, repeated, or replaced by JSON's own marks.
    func mutated(_ random: inout SeededRandom) -> [UInt8] {
        var result = self
        for _ in 0..<Int.random(in: 1...4, using: &random) where !result.isEmpty {
            let index = Int.random(in: 0..<result.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: result[index] = UInt8.random(in: 0...255, using: &random)
            case 1: result.remove(at: index)
            case 2: result.insert(Array("{}[]\",:\\0-.e+untfl".utf8).randomElement(using: &random) ?? 0, at: index)
            case 3: result.removeSubrange(index...)
            case 4:
                let end = Int.random(in: index...Swift.min(result.count, index + 20), using: &random)
                result.insert(contentsOf: Array(result[index..<end]), at: index)
            default: result[index] = Array("{}[]\",:\\".utf8).randomElement(using: &random) ?? 0
            }
        }
        return result
    }
}
