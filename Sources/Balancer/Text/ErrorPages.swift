/// The answers an Application Load Balancer gives itself.
/// Source: Application Load Balancers guide, "HTTP response headers and codes"; the bodies as observed in public.
enum ErrorPages {
    static let titles: [(code: Int, title: String)] = [
        (400, "400 Bad Request"), (405, "405 Not Allowed"), (408, "408 Request Time-out"),
        (413, "413 Request Entity Too Large"), (500, "500 Internal Server Error"), (501, "501 Not Implemented"),
        (502, "502 Bad Gateway"), (503, "503 Service Temporarily Unavailable"), (504, "504 Gateway Time-out"),
        (463, "463"), (464, "464"), (301, "301 Moved Permanently"), (302, "302 Found"),
    ]

    /// Those that HAProxy gives of its own accord.
    static let own = [400, 408, 413, 500, 501, 502, 504]

    static func file(_ code: Int) -> String { "pages/\(code).html" }

    static func body(_ title: String) -> String {
        "<html>\r\n<head><title>\(title)</title></head>\r\n<body>\r\n<center><h1>\(title)</h1></center>\r\n"
            + "</body>\r\n</html>\r\n"
    }

    /// The files of all pages.
    static var files: [String: String] {
        Dictionary(uniqueKeysWithValues: titles.map { (file($0.code), body($0.title)) })
    }

    /// The headers of our own answers. Date is written by hand: HAProxy sends none.
    static let headers = "hdr Server awselb/2.0 hdr Date '%[date,http_date]'"

    /// An answer with a page, for `http-request` or `http-error`.
    static func answer(_ code: Int, in directory: String) -> String {
        "status \(code) content-type text/html file \(directory)/\(file(code)) \(headers)"
    }

    /// Whether the target of a request could not be connected to: 1 when that took too long, 0 otherwise. Not set when
    /// there was no target.
    static let failed = "txn.failed"

    /// When a request began, in seconds, if it says itself who it is; otherwise that is in the id it was given.
    static let began = "txn.began"

    static let unreachableFile = "pages/unreachable.html"

    /// What HAProxy calls 503: there was no target, or it could not be connected to. Application Load Balancers say 504
    /// when that took too long, and 502 otherwise. The page itself finds that out, so that requests that succeed pay
    /// next to nothing for it, and an `http-after-response` rule makes the status of it.
    static func unreachable(in directory: String) -> String {
        "status 503 content-type text/html lf-file \(directory)/\(unreachableFile) \(headers)"
    }

    /// A file in HAProxy's log format. `srv_id` is there if a server was chosen. HAProxy 2.6 crashes when a page of
    /// `defaults` uses a regular expression.
    /// - Parameter limit: seconds since the request began, from which on a failed connection was one that timed out.
    static func unreachablePage(slowAfterSeconds limit: Int) -> String {
        let hidden = "iif(,)"
        let id = "req.fhdr(x-amzn-trace-id)"
        let time = "%[\(id),bytes(\("Root=1-".utf8.count),8),hex2i,set-var(\(began),ifnotexists),\(hidden)]"
        let isSlow = "%[date,sub(\(began)),div(\(limit)),bool,set-var(txn.slow),\(hidden)]"
        let isFailed = "%[srv_id,mul(0),add(txn.slow),set-var(\(failed)),\(hidden)]"
        let failure = "%[var(\(failed)),iif(504 Gateway Time-out,502 Bad Gateway)]"
        let absence = "%[var(\(failed),2),div(2),bool,iif(503 Service Temporarily Unavailable,)]"
        return time + isSlow + isFailed + body(failure + absence)
    }
}
