/// The calendar forms of a time. All are in UTC, by the Gregorian calendar, without leap seconds.
extension Timestamp {
    /// A time taken apart.
    package struct CalendarFields: Sendable, Equatable {
        package var year: Int
        package var month: Int
        package var day: Int
        package var hour: Int
        package var minute: Int
        package var second: Int
        package var millisecond: Int
        /// 0 is Sunday.
        package var weekday: Int
    }

    /// The calendar fields of the time.
    package var calendarFields: CalendarFields {
        let (days, inDay) = milliseconds.flooredDivision(by: 86_400_000)
        let (year, month, day) = Timestamp.civil(fromDays: Int(days))
        let weekday = Int((days + 4).flooredDivision(by: 7).remainder)
        return CalendarFields(
            year: year, month: month, day: day, hour: Int(inDay / 3_600_000), minute: Int(inDay / 60_000 % 60),
            second: Int(inDay / 1_000 % 60), millisecond: Int(inDay % 1_000), weekday: weekday)
    }

    /// `2024-11-23T04:29:56.123Z`: the form of the XML protocols.
    package var iso8601: String {
        var bytes: [UInt8] = []
        appendISO8601(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes `iso8601` behind `bytes`.
    func appendISO8601(to bytes: inout [UInt8]) {
        let fields = calendarFields
        bytes.appendDigits(fields.year, 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendDigits(fields.month, 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendDigits(fields.day, 2)
        bytes.append(UInt8(ascii: "T"))
        bytes.appendDigits(fields.hour, 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.appendDigits(fields.minute, 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.appendDigits(fields.second, 2)
        bytes.append(UInt8(ascii: "."))
        bytes.appendDigits(fields.millisecond, 3)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// `20241123T042956Z`: the form of `X-Amz-Date`.
    package var iso8601Basic: String {
        let fields = calendarFields
        return "\(date(fields, ""))T\(clock(fields, ""))Z"
    }

    /// `Sat, 23 Nov 2024 04:29:56 GMT`: the form of HTTP's `Date`.
    package var httpDate: String {
        let fields = calendarFields
        let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][fields.weekday]
        let month = Timestamp.monthNames[fields.month - 1]
        let year = Timestamp.padded(fields.year, 4)
        return "\(weekday), \(Timestamp.padded(fields.day, 2)) \(month) \(year) \(clock(fields, ":")) GMT"
    }

    /// Reads `2024-11-23T04:29:56Z`, with or without a fraction, an offset instead of `Z`, or only a date.
    package init?(iso8601 text: String) {
        var scanner = DigitScanner(text)
        guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2), scanner.skip("-"),
            let day = scanner.number(2)
        else { return nil }
        guard !scanner.isAtEnd else {
            self.init(year: year, month: month, day: day, millisecondOfDay: 0)
            return
        }
        guard scanner.skip("T") || scanner.skip("t") || scanner.skip(" "), let hour = scanner.number(2),
            scanner.skip(":"), let minute = scanner.number(2), scanner.skip(":"), let second = scanner.number(2),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        let fraction = scanner.skip(".") ? scanner.milliseconds() : 0
        guard let fraction, let zone = scanner.zoneMinutes(), scanner.isAtEnd else { return nil }
        let inDay = ((hour * 60 + minute - zone) * 60 + second) * 1_000 + fraction
        self.init(year: year, month: month, day: day, millisecondOfDay: inDay)
    }

    /// Reads `20241123T042956Z`.
    package init?(iso8601Basic text: String) {
        var scanner = DigitScanner(text)
        guard let year = scanner.number(4), let month = scanner.number(2), let day = scanner.number(2),
            scanner.skip("T"), let hour = scanner.number(2), let minute = scanner.number(2),
            let second = scanner.number(2), scanner.skip("Z"), scanner.isAtEnd, hour < 24, minute < 60, second <= 60
        else { return nil }
        self.init(
            year: year, month: month, day: day, millisecondOfDay: ((hour * 60 + minute) * 60 + second) * 1_000)
    }

    /// Reads `Sat, 23 Nov 2024 04:29:56 GMT`; the weekday is not checked.
    package init?(httpDate text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
            (0...9_999).contains(year), let month = Timestamp.monthNames.firstIndex(of: String(parts[2]))
        else { return nil }
        var scanner = DigitScanner(String(parts[4]))
        guard let hour = scanner.number(2), scanner.skip(":"), let minute = scanner.number(2), scanner.skip(":"),
            let second = scanner.number(2), scanner.isAtEnd, hour < 24, minute < 60, second <= 60
        else { return nil }
        self.init(
            year: year, month: month + 1, day: day, millisecondOfDay: ((hour * 60 + minute) * 60 + second) * 1_000)
    }

    private init?(year: Int, month: Int, day: Int, millisecondOfDay: Int) {
        guard (1...12).contains(month), day >= 1, day <= Timestamp.length(ofMonth: month, in: year) else { return nil }
        let days = Timestamp.days(year: year, month: month, day: day)
        self.init(milliseconds: Int64(days) * 86_400_000 + Int64(millisecondOfDay))
    }

    private func date(_ fields: CalendarFields, _ separator: String) -> String {
        Timestamp.padded(fields.year, 4) + separator + Timestamp.padded(fields.month, 2) + separator
            + Timestamp.padded(fields.day, 2)
    }

    private func clock(_ fields: CalendarFields, _ separator: String) -> String {
        Timestamp.padded(fields.hour, 2) + separator + Timestamp.padded(fields.minute, 2) + separator
            + Timestamp.padded(fields.second, 2)
    }

    private static let monthNames = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static func length(ofMonth month: Int, in year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Days from 1970-01-01. The year is counted from March, so that the leap day is its last day.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The inverse of `days(year:month:day:)`.
    private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

extension [UInt8] {
    /// Appends the decimal digits of a number, with zeros in front up to `width` of them. A negative one counts as 0.
    mutating func appendDigits(_ number: Int, _ width: Int) {
        let number = Swift.max(0, number)
        var unit = 1
        var digits = 1
        while digits < width || number / unit > 9 {
            unit *= 10
            digits += 1
        }
        while unit > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / unit % 10))
            unit /= 10
        }
    }
}

/// Reads fixed-width numbers and single characters off the front of a text.
private struct DigitScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func number(_ width: Int) -> Int? {
        guard position + width <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[position..<position + width] {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        position += width
        return value
    }

    /// A fraction of a second of any length; digits after the third are dropped.
    mutating func milliseconds() -> Int? {
        var value = 0
        var width = 0
        while let digit = number(1) {
            if width < 3 { value = value * 10 + digit }
            width += 1
        }
        guard width > 0 else { return nil }
        return width == 1 ? value * 100 : width == 2 ? value * 10 : value
    }

    /// Minutes east of Greenwich: `Z`, `+02:00` or `-0530`.
    mutating func zoneMinutes() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let sign = skip("+") ? 1 : skip("-") ? -1 : 0
        guard sign != 0, let hours = number(2) else { return nil }
        _ = skip(":")
        guard let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
