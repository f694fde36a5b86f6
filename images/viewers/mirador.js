/** What the page needs of Mirador. Its own ready-made file holds React as for developers: larger, slower, talkative. */

export { viewer } from "mirador";
