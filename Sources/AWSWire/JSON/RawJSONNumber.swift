/// A number as it stands in the text.
struct RawJSONNumber {
    let bytes: UnsafeBufferPointer<UInt8>

    /// The value when the text is only a sign and digits, and fits.
    var integer: Int? {
        guard let first = bytes.first else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        var value = 0
        for byte in bytes.dropFirst(isNegative ? 1 : 0) {
            guard (0x30...0x39).contains(byte) else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let digit = Int(byte - 0x30)
            let (sum, carried) = scaled.addingReportingOverflow(isNegative ? -digit : digit)
            if overflow || carried { return nil }
            value = sum
        }
        return bytes.count > (isNegative ? 1 : 0) ? value : nil
    }

    /// The nearest double; 0 when the text is no number.
    var double: Double {
        if let integer { return Double(integer) }
        return Double(String(decoding: bytes, as: UTF8.self)) ?? 0
    }

    /// The number as seconds since 1970. The usual form with up to three decimals never becomes a double, so that
    /// milliseconds survive a round trip.
    var timestamp: Timestamp {
        if let milliseconds = fixedPointMilliseconds { return Timestamp(milliseconds: milliseconds) }
        return Timestamp(seconds: double)
    }

    private var fixedPointMilliseconds: Int64? {
        guard bytes.count <= 18, let first = bytes.first else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        var value: Int64 = 0
        var decimals = -1
        for byte in bytes.dropFirst(isNegative ? 1 : 0) {
            if byte == UInt8(ascii: "."), decimals < 0 {
                decimals = 0
                continue
            }
            guard (0x30...0x39).contains(byte), decimals < 3 else { return nil }
            value = value * 10 + Int64(byte - 0x30)
            if decimals >= 0 { decimals += 1 }
        }
        for _ in max(decimals, 0)..<3 {
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = scaled
        }
        return isNegative ? -value : value
    }
}
