import AWSWire

extension Timestamp {
    /// Reads the dates of the cluster query language: `2018-06-18`, or with a time `2018-06-18T22:28:28` and
    /// perhaps `Z` or an offset such as `+02:00`. Without a zone it is UTC.
    init?(queryDate text: String) {
        let digits = Array(text.utf8)
        func number(_ start: Int, _ length: Int) -> Int? {
            guard start + length <= digits.count else { return nil }
            return Int(String(decoding: digits[start..<start + length], as: UTF8.self))
        }
        guard let year = number(0, 4), let month = number(5, 2), let day = number(8, 2),
            digits[4] == UInt8(ascii: "-"), digits[7] == UInt8(ascii: "-"),
            let midnight = Timestamp(year: year, month: month, day: day)
        else { return nil }
        self = midnight
        guard digits.count > 10 else { return }
        guard digits[10] == UInt8(ascii: "T"), let hour = number(11, 2), let minute = number(14, 2),
            let second = number(17, 2), let offset = Timestamp.offset(String(text.dropFirst(19)))
        else { return nil }
        self = advanced(by: .seconds(hour * 3_600 + minute * 60 + second - offset))
    }

    /// Seconds east of Greenwich.
    private static func offset(_ zone: String) -> Int? {
        if zone.isEmpty || zone == "Z" { return 0 }
        let sign = zone.hasPrefix("-") ? -1 : zone.hasPrefix("+") ? 1 : 0
        let parts = zone.dropFirst().split(separator: ":").compactMap { Int($0) }
        guard sign != 0, parts.count == 2 else { return nil }
        return sign * (parts[0] * 3_600 + parts[1] * 60)
    }
}
