import AWSWire

/// What `roost status` says of images on their way; nothing when there are none.
enum PullsScreen {
    /// - Parameter page: the answer of `GET /_roost/pulls`.
    static func lines(_ page: JSONValue) -> [String] {
        let pulls = page["pulls"]?.arrayValue ?? []
        return pulls.isEmpty ? [] : ["pulls"] + pulls.map(line) + [""]
    }

    private static func line(_ pull: JSONValue) -> String {
        let (bytes, total) = (pull["bytes"]?.intValue ?? 0, pull["total"]?.intValue ?? 0)
        let share = total > 0 ? "  \(min(100, 100 * (bytes / 1_024) / max(1, total / 1_024))) %" : ""
        return "  \(pull["image"]?.stringValue ?? "")  \(mebibytes(bytes))/\(mebibytes(total)) MiB\(share)  "
            + "on \(pull["instance"]?.stringValue ?? "")"
    }

    /// With one digit behind the point.
    private static func mebibytes(_ bytes: Int) -> String {
        let tenths = bytes / 1_024 * 10 / 1_024
        return "\(tenths / 10).\(tenths % 10)"
    }
}
