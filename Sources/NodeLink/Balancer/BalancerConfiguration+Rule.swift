extension BalancerConfiguration {
    /// What happens to requests that fit. The first rule that fits decides.
    package struct Rule: Codable, Sendable, Equatable {
        /// Unique on the node: `app/NAME/LBID/LISTENERID/ID`, or the listener's id with `/default`.
        package var id: String
        /// 1 to 50000; nil for the default rule. For access logs only.
        package var priority: Int?
        /// All have to fit.
        package var conditions: [Condition] = []
        package var transforms: [Transform] = []
        package var action: Action

        package init(id: String, priority: Int?, action: Action) {
            self.id = id
            self.priority = priority
            self.action = action
        }
    }

    /// A text to compare with: `*` is any number of characters and `?` exactly one, or a regular expression.
    package enum Pattern: Codable, Sendable, Equatable {
        case wildcard(text: String)
        case regex(text: String)
    }

    /// A part of a rule; any of its values has to fit. Never without values.
    /// Source: Application Load Balancers guide, "Condition types".
    package enum Condition: Codable, Sendable, Equatable {
        /// Without regard to case, and without the port.
        case hosts(values: [Pattern])
        /// With regard to case, without the query.
        case paths(values: [Pattern])
        /// Name and values without regard to case.
        case header(name: String, values: [Pattern])
        /// Exactly.
        case methods(values: [String])
        /// Without regard to case.
        case query(values: [QueryValue])
        /// CIDR blocks, IPv4 or IPv6, of the connection's peer.
        case sources(values: [String])
    }

    /// A parameter in the query: `*` and `?` are wildcards in both parts.
    package struct QueryValue: Codable, Sendable, Equatable {
        /// Nil: whatever its name.
        package var key: String?
        package var value: String

        package init(key: String?, value: String) {
            self.key = key
            self.value = value
        }
    }

    /// A change of the request before it is forwarded. The first rewrite whose expression is found is made.
    package enum Transform: Codable, Sendable, Equatable {
        /// Of path and query.
        case url(rewrites: [Rewrite])
        /// Of the `Host` header.
        case host(rewrites: [Rewrite])
    }

    /// A regular expression and what takes the place of what it finds; `$1` is the first group.
    package struct Rewrite: Codable, Sendable, Equatable {
        package var regex: String
        package var replacement: String

        package init(regex: String, replacement: String) {
            self.regex = regex
            self.replacement = replacement
        }
    }

    /// What a rule does.
    package enum Action: Codable, Sendable, Equatable {
        /// To one of the groups by weight; `stickinessSeconds` binds clients to the group, nil does not.
        case forward(groups: [WeightedGroup], stickinessSeconds: Int?)
        case redirect(Redirect)
        case fixedResponse(FixedResponse)
    }

    /// A target group and its share.
    package struct WeightedGroup: Codable, Sendable, Equatable {
        package var targetGroup: String
        /// 0 to 999.
        package var weight: Int

        package init(targetGroup: String, weight: Int) {
            self.targetGroup = targetGroup
            self.weight = weight
        }
    }

    /// Parts may hold `#{protocol}`, `#{host}`, `#{port}`, `#{path}` (without its first `/`) and `#{query}`.
    package struct Redirect: Codable, Sendable, Equatable {
        /// 301 or 302.
        package var statusCode: Int
        package var scheme: String
        package var host: String
        package var port: String
        package var path: String
        /// Without the `?`.
        package var query: String

        package init(
            statusCode: Int, scheme: String = "#{protocol}", host: String = "#{host}", port: String = "#{port}",
            path: String = "/#{path}", query: String = "#{query}"
        ) {
            self.statusCode = statusCode
            self.scheme = scheme
            self.host = host
            self.port = port
            self.path = path
            self.query = query
        }
    }

    /// An answer of the load balancer's own.
    package struct FixedResponse: Codable, Sendable, Equatable {
        package var statusCode: Int
        package var contentType: String?
        package var body: String?

        package init(statusCode: Int, contentType: String?, body: String?) {
            self.statusCode = statusCode
            self.contentType = contentType
            self.body = body
        }
    }
}
