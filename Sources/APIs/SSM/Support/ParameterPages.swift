import APIPipeline
import AWSModels
import AWSWire
import State

extension Paging {
    /// Reads the members of a request to Systems Manager, which has errors of its own for them.
    static func ssm(_ token: String?, _ maxResults: Int?, default limit: Int, maximum: Int) throws(WireError) -> Paging
    {
        guard (1...maximum).contains(maxResults ?? limit) else {
            throw .validation("MaxResults must be between 1 and \(maximum).")
        }
        do throws(WireError) {
            return try Paging(token: token, maxResults: maxResults, defaultLimit: limit, maximum: maximum)
        } catch {
            throw .invalidNextToken("The specified token is not valid.")
        }
    }
}
