import AWSWire

/// Measurements by name; each shows its median.
struct BenchTable {
    private var names: [String] = []
    private var values: [String: [Double]] = [:]

    mutating func add(_ name: String, _ value: Double) {
        if values[name] == nil { names.append(name) }
        values[name, default: []].append(value)
    }

    func median(_ name: String) -> Double { values[name, default: []].median }

    /// One JSON object, or a line for each name.
    func text(json: Bool) -> String {
        if json {
            let members = names.map { JSONMember($0, .double(rounded(median($0)))) }
            return String(decoding: JSONValue.object(members).encode(), as: UTF8.self)
        }
        let width = names.map(\.count).max() ?? 0
        return names.map { name in
            name + String(repeating: " ", count: width - name.count + 2) + "\(rounded(median(name)))"
        }.joined(separator: "\n")
    }

    /// Three digits behind the point are more than any of these measurements knows.
    private func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
}
