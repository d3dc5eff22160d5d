/// The size of a task as users write it: `1024` or `1 vCPU`, `2048` or `2 GB`.
/// Source: Amazon ECS Developer Guide, Task definition parameters, Task size.
enum TaskSize {
    /// What a task on a container instance may have. Source: the same page.
    static let cpuRange = 128...196_608
    /// More than any machine has, and little enough that sums over tasks cannot overflow. The sizes of containers,
    /// which are numbers in the model, have the same bound.
    static let maximumUnits = Int(Int32.max)

    /// CPU units; nil for what is no size.
    static func cpuUnits(_ text: String) -> Int? { units(text, suffix: "vcpu") }

    /// MiB; nil for what is no size.
    static func memoryMiB(_ text: String) -> Int? { units(text, suffix: "gb") }

    /// A whole number of small units, or a decimal number of large ones (1,024 small ones) with their name.
    private static func units(_ text: String, suffix: String) -> Int? {
        let text = text.lowercased().filter { $0 != " " }
        guard text.hasSuffix(suffix) else { return text.allSatisfy(\.isDigit) ? small(Int(text)) : nil }
        let number = text.dropLast(suffix.count)
        let isNumber = number.contains(where: \.isDigit) && number.allSatisfy { $0.isDigit || $0 == "." }
        guard isNumber, let large = Double(decimal(number)), large < 1_000_000
        else { return nil }
        let small = large * 1_024
        return small == small.rounded() ? Int(small) : nil
    }

    private static func small(_ units: Int?) -> Int? { units.flatMap { $0 <= maximumUnits ? $0 : nil } }

    /// `.5` and `2.` are numbers here.
    private static func decimal(_ text: Substring) -> String {
        (text.hasPrefix(".") ? "0" : "") + text + (text.hasSuffix(".") ? "0" : "")
    }
}

extension Character {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
}
