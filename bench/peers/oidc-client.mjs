import { InMemoryWebStorage, User, UserManager, WebStorageStateStore } from 'oidc-client-ts'
import { callApi } from './session.mjs'

async function managerFor({ tokenUrl, session }) {
  // The default store is sessionStorage: one per tab.
  const userStore = new WebStorageStateStore({ store: new InMemoryWebStorage() })
  const manager = new UserManager({
    authority: 'https://auth.example',
    client_id: 'app',
    redirect_uri: 'https://shop.example/callback',
    metadata: { issuer: 'https://auth.example', token_endpoint: tokenUrl },
    userStore,
  })
  const user = new User({
    access_token: session.accessToken,
    refresh_token: session.refreshToken,
    token_type: 'Bearer',
    scope: 'api',
    profile: { sub: 'user-1' },
    expires_at: Math.floor(Date.now() / 1000) + session.expiresInSeconds,
  })
  await manager.storeUser(user)
  // Raises "user loaded", which is what starts the renewal timer after a sign-in.
  await manager.getUser(true)
  return manager
}

async function tokenOf(manager) {
  let user = await manager.getUser()
  if (user === null || user.expired) user = await manager.signinSilent()
  return user.access_token
}

export async function open(setup) {
  const manager = await managerFor(setup)
  return {
    async request(index) {
      return callApi(setup.apiUrl, index, await tokenOf(manager))
    },
  }
}

export async function openFastPath(setup, use) {
  const manager = await managerFor(setup)
  manager.stopSilentRenew()
  return async () => {
    use(await tokenOf(manager))
  }
}
