import AWSWire

/// A parsed expression of the cluster query language.
/// Source: Amazon ECS Developer Guide, Cluster query language.
package indirect enum QueryExpression: Sendable, Equatable {
    case or(QueryExpression, QueryExpression)
    case and(QueryExpression, QueryExpression)
    case not(QueryExpression)
    case compare(QuerySubject, QueryOperator, QueryArgument)
}

/// What an expression looks at.
package enum QuerySubject: Sendable, Equatable {
    case agentConnected
    case agentVersion
    case ec2InstanceId
    case registeredAt
    case runningTasksCount
    case taskGroup
    /// `attribute:NAME`.
    case attribute(String)
}

/// How an expression compares.
package enum QueryOperator: Sendable, Equatable {
    case equals, notEquals
    case greater, greaterOrEqual, less, lessOrEqual
    case isIn, isNotIn
    case matches, doesNotMatch
    case exists, doesNotExist

    /// The operator a word or symbol stands for; nil when it is none.
    init?(_ word: String) {
        switch word {
        case "==", "equals": self = .equals
        case "!=", "not_equals": self = .notEquals
        case ">", "greater_than": self = .greater
        case ">=", "greater_than_equal": self = .greaterOrEqual
        case "<", "less_than": self = .less
        case "<=", "less_than_equal": self = .lessOrEqual
        case "in": self = .isIn
        case "!in", "not_in": self = .isNotIn
        case "=~", "matches": self = .matches
        case "!~", "not_matches": self = .doesNotMatch
        case "exists": self = .exists
        case "!exists", "not_exists": self = .doesNotExist
        default: return nil
        }
    }
}

/// What an expression compares with.
package enum QueryArgument: Sendable, Equatable {
    case none
    case value(String)
    case list([String])
    /// What follows `=~`.
    case pattern(LinearPattern)
}

/// Why a text is no expression: a sentence for the user.
package struct QueryError: Error, Sendable, Equatable {
    package var message: String
}
