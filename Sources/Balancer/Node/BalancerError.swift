/// Why something about the node's programs did not work.
package enum BalancerError: Error, Sendable, CustomStringConvertible {
    /// A program is not installed.
    case missing(String)
    /// A program did not do what was asked.
    case failed(String, words: String)
    /// A directory cannot be used.
    case directory(String, String)

    package var description: String {
        switch self {
        case .missing(let program): "\(program) is not installed (Debian, Ubuntu: apt-get install \(program))"
        case .failed(let what, let words): "\(what): \(words)"
        case .directory(let path, let why): "\(path) cannot be used: \(why)"
        }
    }
}
