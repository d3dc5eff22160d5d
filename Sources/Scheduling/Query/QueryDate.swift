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
            (1...12).contains(month), (1...31).contains(day), digits[4] == 0x2D, digits[7] == 0x2D
        else { return nil }
        var seconds = Timestamp.days(year, month, day) * 86_400
        if digits.count > 10 {
            guard digits[10] == UInt8(ascii: "T"), let hour = number(11, 2), let minute = number(14, 2),
                let second = number(17, 2), let offset = Timestamp.offset(String(text.dropFirst(19)))
            else { return nil }
            seconds += hour * 3_600 + minute * 60 + second - offset
        }
        self.init(milliseconds: Int64(seconds) * 1_000)
    }

    /// Seconds east of Greenwich.
    private static func offset(_ zone: String) -> Int? {
        if zone.isEmpty || zone == "Z" { return 0 }
        let sign = zone.hasPrefix("-") ? -1 : zone.hasPrefix("+") ? 1 : 0
        let parts = zone.dropFirst().split(separator: ":").compactMap { Int($0) }
        guard sign != 0, parts.count == 2 else { return nil }
        return sign * (parts[0] * 3_600 + parts[1] * 60)
    }

    /// Days from 1970-01-01 in the Gregorian calendar.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
