/// A time before now: `30s`, `10m`, `2h`, `3d`.
enum LogDuration {
    /// Nil for anything else.
    static func parse(_ text: String) -> Duration? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()),
            (0...100_000).contains(number)
        else { return nil }
        return .seconds(number * unit)
    }
}
