extension String {
    /// The parts between a separator, cut by bytes: several times faster than by characters, which matters for what is
    /// read on every request.
    func pieces(_ separator: Unicode.Scalar, maxSplits: Int = .max, keepingEmpty: Bool = false) -> [String] {
        Array(utf8).split(
            separator: UInt8(ascii: separator), maxSplits: maxSplits, omittingEmptySubsequences: !keepingEmpty
        ).map { String(decoding: $0, as: UTF8.self) }
    }
}
